import { Writable } from 'node:stream';
import { describe, expect, it, jest } from '@jest/globals';
import { pino } from 'pino';
import { RequestLogger } from '../../../service/http/request-logger.ts';

function aLogger() {
  const lines: Record<string, unknown>[] = [];
  const sink = new Writable({
    write(chunk, _encoding, done) {
      lines.push(JSON.parse(String(chunk)));
      done();
    },
  });
  const parent = pino({ level: 'trace', base: null }, sink);
  const child = jest.spyOn(parent, 'child');
  return { logger: new RequestLogger(parent, { requestId: 'a' }), lines, child };
}

describe('RequestLogger', () => {
  it.each(['fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const)(
    'writes lines of level %s with its bindings',
    (level) => {
      const { logger, lines } = aLogger();
      logger[level]({ code: 'b' }, 'failed');
      expect(lines).toMatchObject([{ requestId: 'a', code: 'b', msg: 'failed' }]);
    },
  );

  it('makes one child logger, for the first line', () => {
    const { logger, child } = aLogger();
    expect(child).not.toHaveBeenCalled();
    logger.info('first');
    logger.warn('second');
    expect(child).toHaveBeenCalledTimes(1);
  });

  it('changes the level of the request alone', () => {
    const { logger, lines, child } = aLogger();
    expect(logger.level).toBe('trace');
    logger.level = 'error';
    logger.info('left out');
    logger.error('kept');
    expect([logger.level, lines.length]).toEqual(['error', 1]);
    expect(child.mock.contexts[0]).toMatchObject({ level: 'trace' });
  });

  it('makes children that keep its bindings', () => {
    const { logger, lines } = aLogger();
    logger.child({ step: 1 }).info('in a step');
    expect(lines).toMatchObject([{ requestId: 'a', step: 1 }]);
  });

  it('writes nothing for silent lines', () => {
    const { logger, lines } = aLogger();
    logger.silent('nothing');
    expect(lines).toEqual([]);
  });
});
