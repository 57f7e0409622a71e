import { type Entry, fromRandomAccessReaderPromise, RandomAccessReader, type ZipFile } from 'yauzl';
import { ConversionError } from '../conversion-error.ts';
import type { CheckpointFile } from './checkpoint-file.ts';
import { bytesPerValue } from './data-types.ts';
import { PickleBytes } from './pickle/pickle-bytes.ts';
import { unpickle } from './pickle/unpickle.ts';
import type { Tensor } from './tensor.ts';
import { type TorchStorage, torchEnvironment } from './torch-objects.ts';
import { MAX_PICKLE_BYTES, toTensors } from './torch-tensors.ts';

const MAX_ENTRIES = 100_000;
const STORED = 0;

interface Range {
  readonly offset: number;
  readonly bytes: number;
}

/** Reads the format of torch.save since PyTorch 1.6: a zip of data.pkl and uncompressed data/KEY. */
export async function readTorchZip(file: CheckpointFile): Promise<Tensor[]> {
  const entries = await listEntries(file);
  const pickle = [...entries.keys()].find((name) => /^[^/]+\/data\.pkl$/.test(name));
  if (pickle === undefined) {
    throw file.fault('the zip has no data.pkl; it is not a checkpoint of torch.save');
  }
  const folder = pickle.slice(0, -'data.pkl'.length);
  await refuseBigEndian(file, entries.get(`${folder}byteorder`));

  const bytes = await readPickle(file, entries.get(pickle));
  const stateDict = unpickle(bytes, torchEnvironment(bytes.fault));
  return toTensors(file, stateDict, (storage) => {
    const range = entries.get(`${folder}data/${storage.key}`);
    if (range && range.bytes >= storage.values * bytesPerValue(storage.dataType)) {
      return range.offset;
    }
    throw storageFault(file, storage, range?.bytes);
  });
}

function storageFault(file: CheckpointFile, storage: TorchStorage, bytes = 0): ConversionError {
  return file.fault(
    `storage ${storage.key} needs ${storage.values} ${storage.dataType} values, the file has ${bytes} bytes of it; download it again`,
  );
}

async function readPickle(file: CheckpointFile, range: Range | undefined): Promise<PickleBytes> {
  const { offset, bytes } = range ?? { offset: 0, bytes: 0 };
  if (bytes > MAX_PICKLE_BYTES) {
    throw file.fault(`data.pkl has ${bytes} bytes, the limit is ${MAX_PICKLE_BYTES}`);
  }
  return new PickleBytes(await file.read(offset, bytes), (message) => file.fault(message));
}

async function refuseBigEndian(file: CheckpointFile, range: Range | undefined): Promise<void> {
  if (!range) return;
  const order = Buffer.from(await file.read(range.offset, Math.min(range.bytes, 16))).toString();
  if (order !== 'little') throw file.fault(`byte order '${order}' is not supported, only 'little'`);
}

async function listEntries(file: CheckpointFile): Promise<Map<string, Range>> {
  try {
    const zip = await fromRandomAccessReaderPromise(new FileReader(file), file.bytes, {
      autoClose: false,
    });
    if (zip.entryCount > MAX_ENTRIES) {
      throw file.fault(`the zip has ${zip.entryCount} entries, the limit is ${MAX_ENTRIES}`);
    }
    const entries = new Map<string, Range>();
    for await (const entry of zip.eachEntry()) {
      entries.set(entry.fileName, await rangeOf(file, zip, entry));
    }
    return entries;
  } catch (error) {
    if (error instanceof ConversionError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw file.fault(`the zip cannot be read: ${reason}; download the file again`, error);
  }
}

async function rangeOf(file: CheckpointFile, zip: ZipFile, entry: Entry): Promise<Range> {
  if (entry.compressionMethod !== STORED || entry.isEncrypted()) {
    throw file.fault(
      `zip entry ${entry.fileName} is compressed or encrypted; torch.save does neither`,
    );
  }
  const { fileDataStart } = await zip.readLocalFileHeaderPromise(entry, { minimal: true });
  if (fileDataStart + entry.compressedSize > file.bytes) {
    throw file.fault(`zip entry ${entry.fileName} reaches past the end of the file`);
  }
  return { offset: fileDataStart, bytes: entry.compressedSize };
}

class FileReader extends RandomAccessReader {
  readonly #file: CheckpointFile;

  constructor(file: CheckpointFile) {
    super();
    this.#file = file;
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    done: (error: Error | null) => void,
  ): void {
    this.#file.read(position, length).then((bytes) => {
      buffer.set(bytes, offset);
      done(null);
    }, done);
  }
}
