/** A client that pushes what was drawn, straight to Pulp, and tells the recorder before it does. */
import { createImage, createTwoArchitectures, type Pushable } from '../../image/image.ts';
import { push } from '../../image/push.ts';
import { createPulpClient } from '../../pulp/client.ts';
import type { FakePulp } from '../../pulp/fake-pulp.ts';
import type { Drawn, Push } from './events.ts';
import type { Recorder } from './recorder.ts';

/** Answers a function that resolves once Pulp has the push; a deletion too is a version of its own. */
export function createPusher(fakePulp: FakePulp, prefix: string, recorder: Recorder) {
  const pulp = createPulpClient(fakePulp);

  return async (one: Push): Promise<void> => {
    const { path, tag } = one;
    const name = `${prefix}/${path}`;
    if (one.kind === 'push') {
      const what = build(one.what);
      recorder.push(path, tag, what.manifest.digest);
      return push(fakePulp, name, tag, what);
    }
    const repository = await pulp.findRepository(name);
    recorder.push(path, tag, null);
    const { state } = await pulp.finish(await pulp.post(`${repository?.pulp_href}untag/`, { tag }));
    if (state !== 'completed') throw new Error(`${path}:${tag} was not taken away: ${state}`);
  };
}

function build({ kind, seed }: Drawn): Pushable {
  return kind === 'index' ? createTwoArchitectures({ seed }) : createImage({ seed });
}
