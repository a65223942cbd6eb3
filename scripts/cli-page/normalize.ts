/**
 * Makes two recordings alike: what differs from machine to machine and from day to day is replaced. Pure.
 */
import type { Description } from '../../test/support/servers/sandbox/description.ts';
import type { SandboxSite } from '../../test/support/servers/sandbox/site.ts';

interface Recorded {
  readonly site: SandboxSite;
  readonly description: Description;
  /** the push path of the session */
  readonly path: string;
}

/** Name of the recorded repository; as long as the real one, so that tables stay in line. */
const NAME = 'storefronts';

/** Values of `config show` that are cut where a path of this machine is long. */
const SETTINGS: Readonly<Record<string, string>> = {
  KPR_CA_FILE: '/etc/kpr/ca.crt',
  KPR_PULP_URL: 'unix:/run/pulpcore-api.sock',
  KPR_METRICS_LISTEN: '127.0.0.1:24901',
};

export function normalize(text: string, { site, description, path }: Recorded): string {
  const hosts: [string, string][] = [
    [description.push.url, 'https://push.example.com'],
    [description.push.registry, 'push.example.com'],
    [description.katello.url, 'https://katello.example.com'],
    [new URL(description.katello.url).host, 'katello.example.com'],
    [`${site.dir}/reactor`, '/var/lib/kpr'],
    [`${site.dir}/served`, '/var/lib/kpr'],
    [`${site.dir}/sockets`, '/run'],
    [site.dir, '/etc/kpr'],
  ];
  const known = hosts.reduce((told, [from, to]) => told.replaceAll(from, to), text.replaceAll(nameOf(path), NAME));
  const alike = known
    .replaceAll(/-----BEGIN PUBLIC KEY-----\n[\s\S]*?-----END/g, '-----BEGIN PUBLIC KEY-----\n…\n-----END')
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, '2026-08-21T14:28:00Z')
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '01980000-0000-7000-8000-000000000000')
    .replaceAll(/"durationMs":\d+/g, '"durationMs":200')
    .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:24900')
    .replaceAll(
      /(repository (?:\S+ )?\(id |Katello repository |organization acme \(id )\d+/g,
      (_, words: string) => `${words}${words.includes('organization') ? 1 : 42}`,
    )
    .replaceAll(/\b\d+\.\d s\b/g, '0.3 s')
    .replaceAll(/( {2})\d+ s$/gm, '$12 s')
    .replaceAll(/lag \d+ s/g, 'lag 0 s')
    .replaceAll(/\b\d+ s (?:ahead of|behind|off)(?= Katello)/g, '0 s off')
    .replaceAll(/(?<=[a-z] +)\d+s$/gm, (age) => '9s'.padStart(age.length))
    .replaceAll(/ +$/gm, '');
  return Object.entries(SETTINGS).reduce(
    (told, [name, value]) => told.replace(new RegExp(`^(${name} +).*$`, 'm'), `$1${value}`),
    alike,
  );
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
