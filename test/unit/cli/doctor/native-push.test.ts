import { expect } from 'chai';
import { checkNativePush } from '../../../../lib/cli/doctor/native-push.ts';
import type { RepositoryRow } from '../../../../lib/katello/schema.ts';

const signal = new AbortController().signal;
const config = { katello: { url: new URL('https://katello.example.com') } };

/** What the check says of a Katello with repositories of these names, container name and relative path equal. */
async function checked(version: string, names: readonly string[]): Promise<{ result: string; message: string }> {
  const rows = names.map(
    (name, id): RepositoryRow => ({
      id,
      name,
      label: name,
      url: null,
      version_href: null,
      container_repository_name: name,
      relative_path: name,
    }),
  );
  const katello = { readVersion: async () => version, listAllRepositories: async () => rows };
  return checkNativePush(katello, config, signal)();
}

describe('the check native-push', () => {
  it('knows versions without', async () => {
    expect(await checked('4.12.1', ['acme/web/api'])).to.deep.equal({
      result: 'ok',
      message: 'Katello 4.12.1 has no push of its own',
    });
  });

  it('is fine where nobody uses it', async () => {
    expect((await checked('5.0.1', ['acme-web-api'])).result).to.equal('ok');
  });

  it('names what it made, some of it', async () => {
    expect(
      await checked('4.14.3', ['acme/web/a', 'acme/web/b', 'acme/web/c', 'acme/web/d', 'acme/web/e']),
    ).to.deep.equal({
      result: 'warn',
      message:
        "Katello's own push made acme/web/a, acme/web/b, acme/web/c and 2 more. Push to katello.example.com there, kpr refuses.",
    });
  });
});
