import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from '@jest/globals';
import { readableTemplate } from './readable-template.ts';
import { allOf, CONTEXT, synthesize } from './synthesize.ts';

const FOLDER = 'test/lib/templates';

/** True with `npm run jest -- -u`. */
const { snapshotState } = expect.getState() as { snapshotState?: { _updateSnapshot?: string } };
const updates = snapshotState?._updateSnapshot === 'all';

describe.each(['dev', 'prod'] as const)('the templates of %s', (stage) => {
  const folder = `${FOLDER}/${stage}`;
  const app = synthesize({ ...CONTEXT[stage], offlineStore: 'true', bulk: 'true' });
  const written = new Set<string>();

  it.each(app.templates)(`${folder}/$part.yaml is the template of the stack`, (stack) => {
    const path = `${folder}/${stack.part}.yaml`;
    const text = readableTemplate(stack.template.toJSON());
    if (updates) {
      mkdirSync(folder, { recursive: true });
      writeFileSync(path, text);
    }
    written.add(`${stack.part}.yaml`);
    expect(text).toBe(readFileSync(path, 'utf8'));
  });

  afterAll(() => {
    if (!updates) return;
    for (const file of readdirSync(folder)) if (!written.has(file)) rmSync(`${folder}/${file}`);
  });

  it(`${folder} has no file of a stack that is gone`, () => {
    const files = app.templates.map(({ part }) => `${part}.yaml`);
    expect(readdirSync(folder).toSorted()).toEqual(files.toSorted());
  });

  it('tag resources with the service and the stage', () => {
    for (const type of [
      'AWS::EC2::VPC',
      'AWS::ECS::Service',
      'AWS::ElastiCache::ReplicationGroup',
    ]) {
      for (const { Properties } of allOf(app, type)) {
        expect(Properties.Tags).toEqual(
          expect.arrayContaining([
            { Key: 'service', Value: 'tweet-sentiment' },
            { Key: 'stage', Value: stage },
          ]),
        );
      }
    }
  });
});
