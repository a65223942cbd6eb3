import { expect } from 'chai';
import { carryOut } from '../../../../lib/cli/doctor/finding.ts';
import { checkPulpRights } from '../../../../lib/cli/doctor/pulp.ts';
import { loadConfig } from '../../../../lib/config.ts';
import { AuthError, TransportError } from '../../../../lib/errors.ts';
import type { Pulp } from '../../../../lib/pulp/pulp.ts';
import { pulpAt } from '../../../support/remote.ts';

const CONFIG = loadConfig({
  KPR_PUBLIC_URL: 'https://push.example.com',
  KPR_PULP_URL: 'https://pulp.example.com',
  KPR_PULP_REMOTE_USER: 'kpr',
  KPR_KATELLO_URL: 'https://katello.example.com',
  KPR_KATELLO_LOGIN: 'kpr',
  KPR_KATELLO_PASSWORD: 'not-a-real-one',
  KPR_POLICY: 'full',
});

async function* nothing(): AsyncGenerator<never> {}

const FORBIDDEN = new AuthError({
  system: 'pulp',
  method: 'GET',
  url: '/pulp/api/v3/artifacts/',
  status: 403,
  detail: 'no',
  retryAfterSeconds: null,
});

/** A Pulp in which there is nothing yet; the rest of the port is not to be asked. */
const pulpWith = (readArtifacts: Pulp['readArtifacts']): Pulp => ({
  ...pulpAt('https://pulp.example.com/pulp/'),
  listRecentRepositories: nothing,
  listDistributions: nothing,
  findNewestTask: async () => null,
  readArtifacts,
});

const check = (readArtifacts: Pulp['readArtifacts']) =>
  carryOut('pulp-rights', checkPulpRights(pulpWith(readArtifacts), CONFIG, new AbortController().signal));

describe('the check pulp-rights of the doctor', () => {
  it('fails where artifacts may not be read, and says what to do', async () => {
    const { result, message } = await check(() => Promise.reject(FORBIDDEN));

    expect(result).to.equal('FAIL');
    expect(message).to.match(/^may not read artifacts.*Use an administrator of Pulp\.$/);
  });

  it('tells a Pulp that is away from one that refuses', async () => {
    const { result, message } = await check(() => Promise.reject(new TransportError('pulp', 'pulp is away')));

    expect(result).to.equal('FAIL');
    expect(message).to.match(/pulp is away/);
  });

  it('warns where no task is seen, which a new Pulp has in common with a missing right', async () => {
    const { result } = await check(async () => []);

    expect(result).to.equal('warn');
  });
});
