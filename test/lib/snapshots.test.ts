import { describe, expect, it } from '@jest/globals';
import { CONTEXT, synthesise } from './synthesise.ts';

/** Content hashes change with files that these snapshots are not about. */
function normalised(template: object): unknown {
  return JSON.parse(
    JSON.stringify(template)
      .replaceAll(/[0-9a-f]{64}/g, 'HASH')
      .replaceAll(
        /"SERVICE_REVISION","Value":"[0-9a-f]{12}"/g,
        '"SERVICE_REVISION","Value":"REVISION"',
      )
      .replaceAll(/"Revision","Value":"[0-9a-f]{12}"/g, '"Revision","Value":"REVISION"')
      .replaceAll(/revision [0-9a-f]{12} /g, 'revision REVISION '),
  );
}

describe.each(['dev', 'prod'] as const)('stage %s', (stage) => {
  const { templates } = synthesise({ ...CONTEXT[stage], offlineStore: 'true' });

  it.each(templates)('stack $part', ({ template }) => {
    expect(normalised(template.toJSON())).toMatchSnapshot();
  });
});
