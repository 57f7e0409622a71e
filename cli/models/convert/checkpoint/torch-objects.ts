import type { ConversionError } from '../conversion-error.ts';
import type { DataType } from './data-types.ts';
import type { PickleEnvironment } from './pickle/pickle-machine.ts';
import { PickleGlobal, PickleObject, type PickleValue } from './pickle/values.ts';

/** Values outside the pickle, under a key. */
export class TorchStorage extends PickleObject {
  readonly key: string;
  readonly dataType: DataType;
  readonly values: number;

  constructor(key: string, dataType: DataType, values: number) {
    super();
    this.key = key;
    this.dataType = dataType;
    this.values = values;
  }
}

/** A view of a storage. */
export class TorchTensor extends PickleObject {
  readonly storage: TorchStorage;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];

  constructor(storage: TorchStorage, offset: number, shape: number[], strides: number[]) {
    super();
    this.storage = storage;
    this.offset = offset;
    this.shape = shape;
    this.strides = strides;
  }
}

const STORAGE_TYPES: ReadonlyMap<string, DataType> = new Map([
  ['torch.DoubleStorage', 'F64'],
  ['torch.FloatStorage', 'F32'],
  ['torch.HalfStorage', 'F16'],
  ['torch.BFloat16Storage', 'BF16'],
  ['torch.LongStorage', 'I64'],
  ['torch.IntStorage', 'I32'],
  ['torch.ShortStorage', 'I16'],
  ['torch.CharStorage', 'I8'],
  ['torch.ByteStorage', 'U8'],
  ['torch.BoolStorage', 'BOOL'],
]);

/** The globals and persistent ids that a checkpoint of tensors needs, and no others. */
export function torchEnvironment(fault: (message: string) => ConversionError): PickleEnvironment {
  const damaged = (name: string) =>
    fault(`${name} is called with arguments that are not a tensor's`);
  const globals = new Map<string, (args: readonly PickleValue[]) => PickleValue>([
    // Its items are set one by one: copying the list each time would let a small pickle run without end.
    [
      'collections.OrderedDict',
      (args) => (args.length === 0 ? new Map() : refuse('collections.OrderedDict')),
    ],
    [
      'torch._utils._rebuild_tensor_v2',
      (args) => rebuildTensor(args) ?? refuse('torch._utils._rebuild_tensor_v2'),
    ],
    [
      'torch._utils._rebuild_parameter',
      ([data]) => (data instanceof TorchTensor ? data : refuse('torch._utils._rebuild_parameter')),
    ],
  ]);
  for (const name of STORAGE_TYPES.keys()) globals.set(name, () => refuse(name));
  function refuse(name: string): never {
    throw damaged(name);
  }
  return {
    global: (name) => {
      const call = globals.get(name);
      return call && new PickleGlobal(name, call);
    },
    persistent: (id) => {
      const storage = toStorage(id);
      if (!storage) throw fault('the pickle keeps something other than storages outside of itself');
      return storage;
    },
  };
}

function rebuildTensor([storage, offset, shape, strides]: readonly PickleValue[]):
  | TorchTensor
  | undefined {
  if (!(storage instanceof TorchStorage) || !isSize(offset)) return undefined;
  if (!isSizes(shape) || !isSizes(strides) || shape.length !== strides.length) return undefined;
  return new TorchTensor(storage, offset, shape, strides);
}

/** ('storage', type, key, device, number of values, view): a view was written before PyTorch 1.0. */
function toStorage(id: PickleValue): TorchStorage | undefined {
  if (!Array.isArray(id)) return undefined;
  const [kind, type, key, , values, view = null] = id;
  const dataType = type instanceof PickleGlobal ? STORAGE_TYPES.get(type.name) : undefined;
  if (kind !== 'storage' || !dataType || typeof key !== 'string' || view !== null) return undefined;
  return isSize(values) ? new TorchStorage(key, dataType, values) : undefined;
}

function isSize(value: PickleValue | undefined): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isSizes(value: PickleValue | undefined): value is number[] {
  return Array.isArray(value) && value.length <= 16 && value.every(isSize);
}
