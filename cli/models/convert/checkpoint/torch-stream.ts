import type { CheckpointFile } from './checkpoint-file.ts';
import { bytesPerValue } from './data-types.ts';
import { PickleBytes } from './pickle/pickle-bytes.ts';
import type { PickleEnvironment } from './pickle/pickle-machine.ts';
import { unpickle } from './pickle/unpickle.ts';
import type { PickleValue } from './pickle/values.ts';
import type { Tensor } from './tensor.ts';
import { TorchStorage, torchEnvironment } from './torch-objects.ts';
import { MAX_PICKLE_BYTES, toTensors } from './torch-tensors.ts';

/** The number that begins the file, as a pickle. */
const MAGIC_NUMBER = 0x1950a86a20f9469cfc6cn;
const PROTOCOL_VERSION = 1001;
const COUNT_BYTES = 8;

/**
 * Reads the format of torch.save before PyTorch 1.6: five pickles (magic number, version, system,
 * state dict, keys of the storages), then each storage with its number of values before it.
 */
export async function readTorchStream(file: CheckpointFile): Promise<Tensor[]> {
  const start = await file.read(0, Math.min(file.bytes, MAX_PICKLE_BYTES));
  const bytes = new PickleBytes(start, (message) => file.fault(message));
  const storages = new Map<string, TorchStorage>();
  const environment = collecting(torchEnvironment(bytes.fault), storages);
  const next = () => unpickle(bytes, environment);

  if (next() !== MAGIC_NUMBER) throw file.fault('not a checkpoint of torch.save');
  const version = next();
  if (version !== PROTOCOL_VERSION) {
    throw file.fault(`the version of the format is unknown; ${PROTOCOL_VERSION} is needed`);
  }
  const system = next();
  if (system instanceof Map && system.get('little_endian') === false) {
    throw file.fault('big-endian values are not supported');
  }
  const stateDict = next();
  const offsets = await locateStorages(file, storages, next(), bytes.position);
  return toTensors(file, stateDict, ({ key }) => {
    const offset = offsets.get(key);
    if (offset === undefined)
      throw file.fault(`storage ${key} is missing; download the file again`);
    return offset;
  });
}

function collecting(
  environment: PickleEnvironment,
  storages: Map<string, TorchStorage>,
): PickleEnvironment {
  return {
    ...environment,
    persistent: (id) => {
      const storage = environment.persistent(id);
      if (storage instanceof TorchStorage) storages.set(storage.key, storage);
      return storage;
    },
  };
}

async function locateStorages(
  file: CheckpointFile,
  storages: ReadonlyMap<string, TorchStorage>,
  keys: PickleValue,
  start: number,
): Promise<Map<string, number>> {
  const offsets = new Map<string, number>();
  let position = start;
  for (const key of Array.isArray(keys) ? keys : []) {
    const storage = typeof key === 'string' ? storages.get(key) : undefined;
    if (!storage || offsets.has(storage.key)) {
      throw file.fault('the list of storages does not fit the state dict; download the file again');
    }
    const count = new DataView((await file.read(position, COUNT_BYTES)).buffer);
    const values = Number(count.getBigUint64(0, true));
    const bytes = storage.values * bytesPerValue(storage.dataType);
    position += COUNT_BYTES;
    if (values !== storage.values || position + bytes > file.bytes) {
      throw file.fault(
        `storage ${storage.key} needs ${storage.values} values (${bytes} bytes), the file announces ${values} and ends after ${Math.max(0, file.bytes - position)} bytes; download it again`,
      );
    }
    offsets.set(storage.key, position);
    position += bytes;
  }
  return offsets;
}
