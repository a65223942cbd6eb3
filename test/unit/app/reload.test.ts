import { expect } from 'chai';
import { createReload } from '../../../lib/app/reload.ts';
import type { Environment } from '../../../lib/config.ts';
import type { Fields, Logger } from '../../../lib/log.ts';

const env: Environment = {
  KPR_PUBLIC_URL: 'https://push.example.com',
  KPR_PULP_URL: 'unix:/run/pulpcore-api.sock',
  KPR_KATELLO_URL: 'https://katello.example.com',
  KPR_KATELLO_LOGIN: 'kpr',
  KPR_KATELLO_PASSWORD: 'secret-of-kpr',
  KPR_POLICY: 'full',
};

/** Reloads with each of the environments in turn. */
function reloadWith(...found: (Environment | Error)[]) {
  const levels: string[] = [];
  const lines: { level: string; message: string; fields: Fields | undefined }[] = [];
  const write = (level: string) => (message: string, fields?: Fields) => void lines.push({ level, message, fields });
  const log: Logger = {
    error: write('error'),
    warn: write('warn'),
    info: write('info'),
    debug: write('debug'),
    child: () => log,
  };
  const answers = [...found];
  const read = (): Environment => {
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    return answer ?? env;
  };
  const reload = createReload({ env, read, setLogLevel: (level) => void levels.push(level), log });
  for (const _ of found) reload();
  return { levels, lines };
}

describe('createReload', () => {
  it('takes over the log level, and says so once', () => {
    const debug = { ...env, KPR_LOG_LEVEL: 'debug' };

    const { levels, lines } = reloadWith(debug, debug);

    expect(levels).to.deep.equal(['debug', 'debug']);
    expect(lines.map(({ level, fields }) => [level, fields])).to.deep.equal([
      ['info', { takenOver: ['KPR_LOG_LEVEL'] }],
      ['info', { takenOver: [] }],
    ]);
  });

  it('reminds of what waits for a restart each time', () => {
    const other = { ...env, KPR_POLICY: 'create-only', KPR_KATELLO_PASSWORD: 'another-secret' };

    const { lines } = reloadWith(other, other);

    const expected = { takenOver: [], needRestart: ['KPR_POLICY', 'KPR_KATELLO_PASSWORD'] };
    expect(lines.map(({ level, fields }) => [level, fields])).to.deep.equal([
      ['warn', expected],
      ['warn', expected],
    ]);
    expect(JSON.stringify(lines)).to.not.contain('secret');
  });

  it('changes nothing for a wrong configuration, and names all that is wrong', () => {
    const { levels, lines } = reloadWith({ ...env, KPR_LOG_LEVEL: 'debug', KPR_POLICY: 'odd', KPR_TYPO: '1' });

    expect(levels).to.deep.equal([]);
    expect(lines.map(({ level }) => level)).to.deep.equal(['error']);
    expect(lines[0]?.fields).to.include({ errorCode: 'E_CONFIG' });
    expect(lines[0]?.fields?.['error']).to.contain('KPR_POLICY').and.contain('KPR_TYPO');
  });

  it('survives a file that cannot be read, and reads it when it is back', () => {
    const { levels, lines } = reloadWith(new Error('--env-file: no such file'), { ...env, KPR_LOG_LEVEL: 'warn' });

    expect(lines.map(({ level }) => level)).to.deep.equal(['error', 'info']);
    expect(levels).to.deep.equal(['warn']);
  });
});
