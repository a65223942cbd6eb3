import { PassThrough } from 'node:stream';
import { expect } from 'chai';
import { AuthError, TransportError } from '../../../lib/errors.ts';
import { createLogger, errorFields, type Logger, type LogLevel } from '../../../lib/log.ts';

describe('createLogger', () => {
  let written: string;

  function open(level: LogLevel = 'debug', secrets: string[] = []): Logger {
    written = '';
    const stream = new PassThrough();
    stream.on('data', (chunk: Buffer) => {
      written += chunk.toString();
    });
    return createLogger({ level, stream, secrets: () => secrets });
  }

  const lines = () =>
    written
      .trimEnd()
      .split('\n')
      .map((line): unknown => JSON.parse(line));

  it('writes a JSON object a line, time first', () => {
    open().info('path published', { path: 'acme/api', durationMs: 12 });

    expect(lines()).to.have.lengthOf(1);
    expect(lines()[0]).to.include({ level: 'info', message: 'path published', path: 'acme/api', durationMs: 12 });
    expect(written).to.match(/^\{"time":"\d{4}-\d\d-\d\dT[\d:.]+Z","level":"info","message"/);
  });

  it('leaves out what is below the level', () => {
    const log = open('warn');

    log.info('not this');
    log.error('this');

    expect(lines()).to.have.lengthOf(1);
  });

  it('carries the context of its parents', () => {
    open().child({ component: 'worker' }).child({ runId: 'r1' }).warn('lease lost', { path: 'a/b' });

    expect(lines()[0]).to.include({ component: 'worker', runId: 'r1', path: 'a/b' });
  });

  it('lets no field take the place of level, message or time', () => {
    open().info('real', { level: 'error', message: 'fake', time: 'never' });

    expect(lines()[0]).to.include({ level: 'info', message: 'real' });
    expect(written).to.not.contain('never');
  });

  it('masks fields that are named like secrets, at any depth', () => {
    open().info('call', { headers: { Authorization: 'x1', 'Set-Cookie': ['x2'] }, password: 'x3', accessToken: 'x4' });

    expect(written).to.not.match(/x[1-4]/);
  });

  it('masks known secrets wherever they stand', () => {
    open('debug', ['hunter2']).info('failed', { error: new Error('no hunter2 here', { cause: new Error('hunter2') }) });

    expect(written).to.not.contain('hunter2');
    expect(written).to.contain('no *** here <- ***');
  });

  it('masks credentials in URLs and headers', () => {
    open().info('call', { url: new URL('https://kpr:pw1@host/x'), text: 'redis://:pw2@h, Bearer abc.def-123' });

    expect(written).to.not.match(/pw1|pw2|abc/);
    expect(written).to.contain('https://***@host/x');
  });

  it('makes control characters visible, and keeps every entry on one line', () => {
    open().info('tag', { tag: 'a\u001b[31m\n\u009b31m\u202eb\u007f' });

    expect(written).to.match(/^[\u0020-\u007e]+\n$/);
    expect(lines()[0]).to.include({ tag: 'a\u001b[31m\n\u009b31m\u202eb\u007f' });
  });

  it('survives huge, deep and circular values', () => {
    const circle: Record<string, unknown> = { big: 'x'.repeat(1_000_000), many: Array.from({ length: 10_000 }) };
    circle['self'] = circle;

    open().info('hostile', { circle, count: 10n });

    expect(written.length).to.be.lessThan(50_000);
  });
});

describe('errorFields', () => {
  it('tells code, disposition, and the message with its causes', () => {
    const error = new TransportError('pulp', 'no answer', { cause: new Error('ECONNREFUSED') });

    expect(errorFields(error)).to.deep.equal({
      errorCode: 'E_TRANSPORT',
      disposition: 'retry',
      error: 'no answer <- ECONNREFUSED',
    });
  });

  it('takes what is no error', () => {
    expect(errorFields('text')).to.deep.equal({ error: 'text' });
  });

  it('keeps the status of a refused account', () => {
    const failure = {
      system: 'pulp',
      method: 'GET',
      url: '/x',
      status: 401,
      detail: 'no',
      retryAfterSeconds: null,
    } as const;

    expect(errorFields(new AuthError(failure))['error']).to.contain('401');
  });
});
