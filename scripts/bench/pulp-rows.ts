/**
 * Push repositories that exist in Pulp's database only: settled ones, each with one version, a distribution, and the
 * claim that nothing is to be done. Pushing as many would take a day. Each was last pushed to at another time, because a
 * sweep reads down to a time.
 *
 * @see tables of pulpcore 3.105 and 3.123, pulp_container 2.27 and 2.30
 */
import { LABELS } from '../../lib/domain/claim.ts';
import type { World } from '../../test/support/servers/pins.ts';
import type { PostgresServer } from '../../test/support/servers/postgres.ts';
import { PREFIX } from '../../test/support/servers/reactor.ts';

/** What a push makes in each world. */
const KINDS: Readonly<Record<World, { type: string; table: string }>> = {
  a: { type: 'container.container-push', table: 'container_containerpushrepository' },
  b: { type: 'container.container', table: 'container_containerrepository' },
};

/** Adds repositories until there are so many of them. */
export async function fillRepositories(postgres: PostgresServer, world: World, count: number): Promise<void> {
  await postgres.client('psql', ['--quiet', '--set', 'ON_ERROR_STOP=1', 'pulp'], renderRows(world, count));
}

/** Counts, names and labels are ours: nothing here comes from outside. */
export function renderRows(world: World, count: number): string {
  const { type, table } = KINDS[world];
  const path = `'${PREFIX}/acme/rows/row-' || n`;
  const labels = `hstore(ARRAY['${LABELS.protection}', 'false', '${LABELS.repository}', (1000000 + n)::text,
    '${LABELS.claim}', '1 ' || repository || ' ' || (1000000 + n) || ' 1 1'])`;
  return `
BEGIN;
CREATE TEMPORARY TABLE rows ON COMMIT DROP AS
  SELECT n, ${path} AS name, gen_random_uuid() AS repository, gen_random_uuid() AS distribution,
    (SELECT pulp_id FROM core_domain WHERE name = 'default') AS domain, now() - n * interval '5 minutes' AS time
  FROM generate_series((SELECT count(*) FROM core_repository WHERE name LIKE '${PREFIX}/acme/rows/%') + 1, ${count}) n;
INSERT INTO core_repository (pulp_id, pulp_created, pulp_last_updated, name, next_version, pulp_type, user_hidden,
    pulp_labels, pulp_domain_id)
  SELECT repository, time, time, name, 2, '${type}', false, '', domain FROM rows;
INSERT INTO ${table} (repository_ptr_id) SELECT repository FROM rows;
INSERT INTO core_repositoryversion (pulp_id, pulp_created, pulp_last_updated, number, complete, repository_id, info,
    content_ids)
  SELECT gen_random_uuid(), time, time, number, true, repository, '{}', '{}' FROM rows, generate_series(0, 1) number;
INSERT INTO core_distribution (pulp_id, pulp_created, pulp_last_updated, pulp_type, name, base_path, repository_id,
    pulp_labels, pulp_domain_id, hidden, checkpoint)
  SELECT distribution, time, time, 'container.container', name, name, repository, ${labels}, domain, false, false
  FROM rows;
INSERT INTO container_containerdistribution (distribution_ptr_id, private) SELECT distribution, false FROM rows;
COMMIT;
ANALYZE;
`;
}
