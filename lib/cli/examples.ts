/**
 * Command lines to copy, by verb: what `kpr help VERB` ends with.
 */
export const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  serve: ['kpr serve', 'kpr serve --roles detector,worker'],
  status: ['kpr status', 'kpr status acme/web/api', 'kpr status --state failed --limit 50', 'kpr status --watch'],
  plan: ['kpr plan acme/web/api', 'kpr plan acme/web/api -o json'],
  explain: ['kpr explain acme/web/api'],
  reprocess: [
    'kpr reprocess acme/web/api --wait',
    'kpr reprocess acme/web/api --unpin',
    'kpr reprocess --since 2h --dry-run',
  ],
  wait: [
    'kpr wait acme/web/api:2',
    'KPR_URL=https://push.example.com KPR_LOGIN=ci KPR_PASSWORD_FILE=token kpr wait acme/web/api:2 --timeout 120',
    'kpr wait acme/web/api:2 --proxy proxy.example.com',
  ],
  rollback: ['kpr rollback acme/web/api:latest --to sha256:9b1c… --reason "2 is slow"'],
  'orphans list': ['kpr orphans list'],
  'orphans delete': ['kpr orphans delete acme/web/old', 'kpr orphans delete --all --limit 20 --dry-run'],
  'orphans keep': ['kpr orphans keep acme/web/old'],
  'proxies status': ['kpr proxies status'],
  'proxies sync': ['kpr proxies sync acme/web/api --proxy proxy.example.com'],
  'queue stats': ['kpr queue stats'],
  'queue pause': ['kpr queue pause reconcile'],
  'queue resume': ['kpr queue resume'],
  'queue drain': ['kpr queue drain reconcile --dry-run'],
  'queue retry': ['kpr queue retry acme/web/api', 'kpr queue retry --failed'],
  'keys generate': ['kpr keys generate'],
  'keys rotate': ['kpr keys rotate --yes'],
  'keys show': ['kpr keys show'],
  'config show': ['kpr config show --env-file /etc/kpr/kpr.env'],
  'config validate': ['kpr config validate'],
  doctor: ['kpr doctor', 'kpr doctor -o json'],
  completion: ['kpr completion bash > /etc/bash_completion.d/kpr', 'kpr completion fish | source'],
  version: ['kpr version'],
};
