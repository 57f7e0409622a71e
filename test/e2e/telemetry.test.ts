import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { ServiceProcess } from '../helpers/service-process.ts';

it('keeps no telemetry of ONNX Runtime, which would collect and send it', async () => {
  const home = mkdtempSync(join(tmpdir(), 'home-'));
  const service = await ServiceProcess.start({ HOME: home });
  expect((await service.post('/v1/inference', { texts: ['I love this phone'] })).status).toBe(200);
  await service.stop();
  expect(readdirSync(home, { recursive: true })).toEqual([]);
  expect(service.output).not.toMatch(/telemetry/i);
});
