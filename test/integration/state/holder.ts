/** A process that holds an embedded Redis in the directory of its first argument, and tells the pid of the server. */
import { openRedis } from '../../../lib/state/redis.ts';
import { silentLog } from '../../support/state.ts';

const options = { url: null, stateDir: process.argv[2] ?? '', caFile: null, log: silentLog };
const redis = await openRedis(options, AbortSignal.timeout(20_000));
await redis.client.set('kept', 'yes');
const [, pid] = /process_id:(\d+)/.exec(await redis.client.info('server')) ?? [];
console.log(pid);
