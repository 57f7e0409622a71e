import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { ERROR_CODES, ServiceError } from '../../../service/domain/errors.ts';
import { problemOf, STATUS } from '../../../service/http/problem.ts';

const text = await readFile(`${import.meta.dirname}/../../../docs/errors.md`, 'utf8');
const sections = new Map(
  text
    .split(/^### /m)
    .slice(1)
    .map((section) => [section.slice(0, section.indexOf('\n')), section]),
);

describe('docs/errors.md', () => {
  it('explains every code, and no other', () => {
    expect([...sections.keys()].sort()).toEqual([...ERROR_CODES].sort());
  });

  it.each(ERROR_CODES)('gives the status of %s', (code) => {
    expect(sections.get(code)).toMatch(new RegExp(`^${code}\\n\\*\\*${STATUS[code]}\\.\\*\\* \\w`));
  });

  it('shows a problem document as the service makes it', () => {
    const example = JSON.parse(/```json\n(.*?)```/s.exec(text)?.[1] ?? '');
    const error = new ServiceError(example.code, example.detail, true, { retryAfterSeconds: 0.2 });
    expect(problemOf(error, example.requestId)).toEqual(example);
  });
});
