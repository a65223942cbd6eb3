/** How many calls each kind of push costs. They are counted on a Pulp in memory: a call is a call. */
import { countCalls } from '../../../test/support/count-calls.ts';
import { createImage, createTwoArchitectures, type Pushable } from '../../../test/support/image/image.ts';
import { type Lab as CallsLab, startLab } from '../../../test/support/lab.ts';
import { type Bench, figure } from '../bench.ts';
import type { Figure } from '../report.ts';

const PATH = 'acme/web/calls';
const TO_PULP = 8;
const TO_KATELLO = 4;

/** One kind of push, after those before it. */
interface Kind {
  readonly name: string;
  readonly pushes: Readonly<Record<string, Pushable>>;
  readonly isRetag?: boolean;
}

const [one, two] = [createImage({ seed: 'one' }), createImage({ seed: 'two' })];
const KINDS: readonly Kind[] = [
  { name: 'first push', pushes: { latest: one } },
  { name: 'new tag, new image', pushes: { 2: two } },
  { name: 'new tag, known image', pushes: { 1: one } },
  { name: 'retag to a new image', pushes: { latest: createImage({ seed: 'three' }) }, isRetag: true },
  { name: 'retag to a known image', pushes: { latest: two }, isRetag: true },
  { name: 'the same again', pushes: { latest: two } },
  { name: 'new index', pushes: { multi: createTwoArchitectures({ seed: 'index' }) } },
  { name: 'retag to a new index', pushes: { multi: createTwoArchitectures({ seed: 'other' }) } },
  {
    name: 'twenty new tags',
    pushes: Object.fromEntries(numbers(20).map((n) => [`t${n}`, createImage({ seed: `${n}` })])),
  },
];

export const benchCalls: Bench = async ({ world }, say) => {
  const lab = await startLab({ world });
  try {
    const figures: Omit<Figure, 'bench'>[] = [];
    for (const kind of KINDS) {
      say(kind.name);
      figures.push(...(await measure(lab, kind)));
    }
    return figures;
  } finally {
    await lab.close();
  }
};

async function measure(lab: CallsLab, { name, pushes, isRetag = false }: Kind): Promise<Omit<Figure, 'bench'>[]> {
  for (const [tag, what] of Object.entries(pushes)) await lab.push(PATH, tag, what);
  lab.calls.pulp.length = 0;
  lab.calls.katello.length = 0;
  await lab.settle(PATH);
  const { pulp, katello } = countCalls(lab);
  return [
    figure(`${name}: to Pulp`, pulp, '', isRetag ? TO_PULP : undefined),
    figure(`${name}: to Katello`, katello, '', isRetag ? TO_KATELLO : undefined),
  ];
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, n) => n);
}
