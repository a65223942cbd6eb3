import { expect } from 'chai';
import { type FrontLab, startFrontLab } from '../../support/front-lab.ts';
import { createImage } from '../../support/image/image.ts';
import type { Distribution } from '../../support/pulp/state.ts';

for (const world of ['a', 'b'] as const) {
  describe(`what a push would meet, in world ${world}`, () => {
    let front: FrontLab;

    beforeEach(async () => {
      front = await startFrontLab({ world, front: { cacheMs: 0 } });
    });
    afterEach(() => front.close());

    const ask = (path: string, as = 'dev') => front.ask({ as, scopes: [`repository:${path}:pull,push`] });
    const push = (path: string) => front.lab.push(path, '1', createImage({ seed: path }));
    const distributionOf = (path: string): Distribution => {
      const found = [...front.lab.fakePulp.state.distributions.values()].find(
        ({ basePath }) => basePath === `kpr.push/${path}`,
      );
      if (!found) throw new Error(`no distribution ${path}`);
      return found;
    };

    it('is nothing, at the first push, or what that push has just made', async () => {
      expect((await ask('acme/web/api')).status).to.equal(200);
      await push('acme/web/api');
      expect((await ask('acme/web/api')).status).to.equal(200);

      await front.lab.settle('acme/web/api');
      expect((await ask('acme/web/api')).status).to.equal(200);
    });

    it('must not be a distribution that serves a fixed version', async () => {
      await push('acme/web/api');
      const distribution = distributionOf('acme/web/api');
      const repository = front.lab.fakePulp.state.repositories.get(distribution.repositoryId ?? '');
      distribution.versionId = repository?.versions[0]?.id ?? null;
      distribution.repositoryId = null;

      expect((await ask('acme/web/api')).message).to.equal(
        'kpr.push/acme/web/api has a foreign distribution (remove it in Pulp)',
      );
    });

    it('must not be a distribution of another name, nor one of another repository, nor one of none', async () => {
      for (const path of ['acme/web/named', 'acme/web/lent', 'acme/web/empty']) await push(path);
      distributionOf('acme/web/named').name = 'other';
      distributionOf('acme/web/lent').repositoryId = distributionOf('acme/web/named').repositoryId;
      distributionOf('acme/web/empty').repositoryId = null;

      for (const path of ['acme/web/named', 'acme/web/lent', 'acme/web/empty']) {
        expect((await ask(path)).reason).to.equal('foreign-distribution');
      }
    });

    it('must not be a repository that Katello fills from a URL', async () => {
      await front.create('repositories', {
        name: 'synced',
        product_id: 1,
        content_type: 'docker',
        url: 'https://registry.example.org',
        docker_upstream_name: 'library/synced',
      });

      expect((await ask('acme/web/synced')).message).to.equal(
        'synced from https://registry.example.org (use another name)',
      );
    });

    it('may be a repository that was made in Katello and is filled by nobody', async () => {
      await front.create('repositories', { name: 'made', product_id: 1, content_type: 'docker' });

      expect((await ask('acme/web/made')).status).to.equal(200);
    });

    it('must not be a repository whose label another name has', async () => {
      await front.create('repositories', { name: 'team_api', product_id: 1, content_type: 'docker' });

      expect((await ask('acme/web/team/api')).message).to.equal('team_api has the label team_api (rename)');
    });

    it('must not be filled under another spelling', async () => {
      await push('acme/web/api');
      await front.lab.settle('acme/web/api');

      const { message } = await ask('id/1/1/api');

      expect(message).to.match(/^acme\/web\/api feeds repository \d+ \(push there\)$/);
      expect((await ask('acme/web/api')).status).to.equal(200);
    });

    it('may have a label of a deletion that nobody has reason for, which goes', async () => {
      await push('acme/web/api');
      distributionOf('acme/web/api').labels['kpr_closing'] = '2026-01-01T00:00:00Z';

      expect((await ask('acme/web/api')).status).to.equal(200);
      expect(distributionOf('acme/web/api').labels).to.not.have.property('kpr_closing');
    });

    it('must not be what is left of a repository that was deleted in Katello', async () => {
      await push('acme/web/api');
      distributionOf('acme/web/api').labels['kpr_repository'] = '9999';

      expect((await ask('acme/web/api')).message).to.equal(
        'its Katello repository is gone (kpr orphans keep or delete acme/web/api)',
      );
    });

    it('needs the right to the product that owns the repository, wherever the name leads by now', async () => {
      const product = await front.create('products', { organization_id: 1, name: 'closed' });
      const body = { name: 'api', product_id: product, content_type: 'docker' };
      const repository = await front.create('repositories', body);
      await push('acme/web/api');
      distributionOf('acme/web/api').labels['kpr_repository'] = String(repository);
      const permissions = ['view_products', 'sync_products'];
      await front.changeUser('dev', {
        roles: [{ name: 'web only', permissions, productIds: [1], organizationIds: null }],
      });

      expect((await ask('acme/web/api')).reason).to.equal('permission-missing');
      expect((await ask('acme/web/api', 'admin')).status).to.equal(200);
    });

    it('is left as it is by every token', async () => {
      await push('acme/web/api');
      front.lab.calls.pulp.length = 0;
      front.lab.calls.katello.length = 0;

      await ask('acme/web/api');
      await ask('acme/web/other');

      const { pulp, katello } = front.lab.calls;
      expect([...pulp, ...katello].every(({ method }) => method === 'GET')).to.equal(true);
    });
  });
}

describe("a repository of Katello's own push", () => {
  it('is refused', async () => {
    const front = await startFrontLab({
      wrapFront: (deps) => ({
        ...deps,
        directory: {
          ...deps.directory,
          listRepositories: async () => [
            {
              id: 5,
              name: 'api',
              label: 'api',
              url: null,
              version_href: null,
              container_repository_name: 'acme/web/api',
              relative_path: 'acme/web/api',
            },
          ],
        },
      }),
    });

    const { message } = await front.ask({ as: 'dev', scopes: ['repository:acme/web/api:push'] });
    await front.close();

    expect(message).to.equal("Katello's own push made it (push to katello.example.com)");
  });
});
