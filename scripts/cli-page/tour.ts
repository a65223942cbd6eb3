/**
 * What is done in the recorded sessions, verb by verb.
 */
import { createImage } from '../../test/support/image/image.ts';
import type { Session } from './session.ts';

export interface Section {
  readonly title: string;
  readonly about: string;
  /** as a terminal shows it */
  readonly screen: string;
}

/** The smart proxy of the sandbox that mirrors. */
const PROXY = 'proxy.example.com';

/** @throws ServerProblem where an image cannot be pushed */
export async function tour({ path, kpr, kprAs, serve, push }: Session): Promise<Section[]> {
  const [first, second] = [createImage({ seed: 'first of the tour' }), createImage({ seed: 'second of the tour' })];
  const digest = first.manifest.digest;
  const sections: Section[] = [];
  /** Receipts end a moment after the image is served. */
  const settled = () => kpr('wait', path, '--proxy', PROXY);
  const record = async (title: string, about: string, ...screens: (() => Promise<string>)[]) => {
    const seen: string[] = [];
    for (const screen of screens) seen.push(await screen());
    sections.push({ title, about, screen: seen.join('\n') });
  };

  await record(
    'explain',
    'Where a path goes, what stands in its way, and what comes next. Before the first push, and where a rule says no:',
    () => kpr('explain', path),
    () => kpr('explain', 'acme/nowhere/api'),
  );
  await push('1', first);
  await record(
    'wait',
    'Until Katello, and each `--proxy NAME`, serves what was pushed. Ends a CI job, which needs only a URL and a login:',
    () => kpr('wait', `${path}:1`),
    () => kprAs('dev', 'wait', `${path}:1`, '--timeout', '60'),
    () => kpr('wait', `${path}:2`, '--timeout', '0'),
  );
  await push('1', second);
  await settled();
  await record(
    'status',
    'The daemon and the latest pushes, or the newest push of a path. `--watch` shows it again every two seconds.',
    () => kpr('status', '--limit', '2'),
    () => kpr('status', path),
    () => kpr('status', 'acme/web/unknown'),
  );
  await record('plan', 'What the next run would do. Writes nothing.', () => kpr('plan', path));
  await record(
    'rollback',
    'Makes a tag name an older image again, for as long as the push repository holds it. It asks at a terminal.',
    () => kpr('rollback', `${path}:1`, '--to', digest, '--reason', 'the new one is slow', '--dry-run'),
    () => kpr('rollback', `${path}:1`, '--to', digest, '--reason', 'the new one is slow', '--yes'),
    () => kpr('wait', `${path}:1@${digest}`),
    async () => {
      await settled();
      return kpr('status', path);
    },
  );
  await record(
    'reprocess',
    'Queues paths now, before all others. `--unpin` overwrites what was changed in Katello.',
    () => kpr('reprocess', path, '--wait'),
    () => kpr('reprocess', '--since', '1s', '--dry-run'),
  );
  await record(
    'queue',
    'Without a name, all queues are meant. `drain` asks at a terminal.',
    () => kpr('queue', 'pause', 'reconcile'),
    () => kpr('queue', 'stats'),
    () => kpr('queue', 'drain', 'reconcile', '--dry-run'),
    () => kpr('queue', 'resume'),
    () => kpr('queue', 'retry', path),
  );
  await record(
    'orphans',
    'Push repositories whose Katello repository is gone.',
    () => kpr('orphans', 'list'),
    () => kpr('orphans', 'keep', path),
    () => kpr('orphans', 'delete', '--all', '--dry-run'),
  );
  await record(
    'proxies',
    'What smart proxies have of what was pushed.',
    () => kpr('proxies', 'status'),
    () => kpr('proxies', 'sync', path, '--dry-run'),
  );
  await record(
    'keys',
    'The key pair that signs tokens. `rotate` asks at a terminal, because it breaks pushes under way.',
    () => kpr('keys', 'show'),
    () => kpr('keys', 'generate'),
    () => kpr('keys', 'rotate'),
  );
  await record(
    'config',
    'The configuration; every error at once.',
    () => kpr('config', 'show'),
    () => kpr('config', 'validate'),
  );
  await record('doctor', 'What is wrong with an installation. Writes nothing.', () => kpr('doctor'));
  await record(
    'serve',
    'The daemon. It ends by SIGTERM, and reads its configuration again at SIGHUP; `--roles` is for daemons that share a Redis.',
    () => serve('dashboard'),
  );
  await record(
    'completion, version',
    '`kpr completion bash > /etc/bash_completion.d/kpr`; zsh and fish are known too.',
    () => kpr('version'),
    () => kpr('help', 'wait'),
  );
  return sections;
}
