import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ServiceProcess } from '../helpers/service-process.ts';

function copyOfModels(): string {
  const directory = mkdtempSync(join(tmpdir(), 'models-'));
  cpSync('models', directory, { recursive: true });
  return directory;
}

describe('a service that cannot start', () => {
  it('names every fault of the configuration at once, without a stack, and exits 1', async () => {
    const { code, output } = await ServiceProcess.runToEnd({
      TWEET_SOURCE: 'x-api',
      INFERENCE_WORKERS: 'many',
      REDIS_URL: 'http://secret-host',
    });
    expect(code).toBe(1);
    for (const name of ['X_BEARER_TOKEN', 'INFERENCE_WORKERS', 'REDIS_URL']) {
      expect(output).toContain(name);
    }
    expect(output).toContain('many');
    expect(output).not.toContain('secret-host');
    expect(output).not.toMatch(/\n\s+at /);
  });

  it('refuses a model file that is not what the manifest says, by name', async () => {
    const models = copyOfModels();
    const file = join(models, 'minilm-tweet-sentiment', 'model.onnx');
    const bytes = readFileSync(file);
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    writeFileSync(file, bytes);
    const { code, output } = await ServiceProcess.runToEnd({ MODELS_DIR: models });
    expect(code).toBe(1);
    expect(output).toMatch(/model\.onnx.*SHA-256/s);
    expect(output).not.toMatch(/\n\s+at /);
  });

  it('says which models there are when the one asked for is not', async () => {
    const { code, output } = await ServiceProcess.runToEnd({ MODEL_NAME: 'gpt' });
    expect(code).toBe(1);
    expect(output).toMatch(/gpt.*minilm-tweet-sentiment/s);
  });

  it('says so when its port is taken', async () => {
    const service = await ServiceProcess.start();
    try {
      const { code, output } = await ServiceProcess.runToEnd({ PORT: new URL(service.url).port });
      expect(code).toBe(1);
      expect(output).toMatch(/PORT/);
      expect(output).not.toMatch(/\n\s+at /);
    } finally {
      await service.stop();
    }
  });

  it('names a fixture that cannot be read', async () => {
    const { code, output } = await ServiceProcess.runToEnd({
      TWEET_SOURCE: 'fixture',
      TWEET_FIXTURE: '/does/not/exist.json',
    });
    expect(code).toBe(1);
    expect(output).toContain('/does/not/exist.json');
  });
});
