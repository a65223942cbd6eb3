import { expect } from 'chai';
import * as fc from 'fast-check';
import {
  advance,
  type Cursor,
  findHidden,
  lift,
  restartPoint,
  type Step,
  startCursor,
  windowStart,
} from '../../../lib/detect/cursor.ts';
import { microsOf } from '../../../lib/detect/time.ts';
import type { Task } from '../../../lib/pulp/schema.ts';
import { noonPlus, pushTask, uuidOf } from '../../support/tasks.ts';

const OVERLAP_MS = 5000;
const start = startCursor(noonPlus(0));

const look = (cursor: Cursor, listed: readonly Task[], reread: readonly Task[] = []) =>
  advance(cursor, { listed, reread }, OVERLAP_MS);
const idsOf = (tasks: readonly Task[]) => tasks.map((task) => Number(task.pulp_href.slice(-13, -1)));

describe('cursor', () => {
  it('begins each read an overlap before the newest time it saw', () => {
    const { cursor } = look(start, [pushTask(20), pushTask(10)]);

    expect(cursor.newest).to.equal(noonPlus(20));
    expect(windowStart(cursor, OVERLAP_MS)).to.equal('2026-11-24T12:00:15.000Z');
  });

  it('tells a task once, however often the window shows it', () => {
    const first = look(start, [pushTask(10)]);
    const second = look(first.cursor, [pushTask(10), pushTask(11)]);

    expect(idsOf(first.ended)).to.deep.equal([10]);
    expect(idsOf(second.ended)).to.deep.equal([11]);
  });

  it('tells tasks of one time apart by their ids', () => {
    const at = noonPlus(10);
    const first = look(start, [pushTask(1, { pulp_created: at })]);

    const second = look(
      first.cursor,
      [1, 2].map((number) => pushTask(number, { pulp_created: at })),
    );

    expect(idsOf(second.ended)).to.deep.equal([2]);
  });

  it('tells a task that becomes visible late, within the overlap', () => {
    const first = look(start, [pushTask(10)]);

    const second = look(first.cursor, [pushTask(6), pushTask(10)]);

    expect(idsOf(second.ended)).to.deep.equal([6]);
    expect(second.cursor.newest).to.equal(noonPlus(10));
  });

  it('forgets what the next window cannot show', () => {
    const first = look(start, [pushTask(10)]);

    const { cursor } = look(first.cursor, [pushTask(10), pushTask(30)]);

    expect([...cursor.told.keys()]).to.deep.equal([uuidOf(30)]);
  });

  it('remembers what the next window shows at its very beginning', () => {
    const first = look(start, [pushTask(1, { pulp_created: '2026-11-24T12:00:10.000100Z' })]);
    const second = look(first.cursor, [pushTask(2, { pulp_created: '2026-11-24T12:00:15.000900Z' })]);
    const from = windowStart(second.cursor, OVERLAP_MS);

    expect(from).to.equal('2026-11-24T12:00:10.000Z');
    expect([...second.cursor.told.keys()]).to.deep.equal([uuidOf(1), uuidOf(2)]);
  });

  it('keeps a task open until it ends, though the window has left it behind', () => {
    const waiting = pushTask(10, { state: 'waiting' });
    const first = look(start, [waiting, pushTask(60)]);
    const second = look(first.cursor, [pushTask(60)], [{ ...waiting, state: 'running' }]);

    const third = look(second.cursor, [pushTask(60)], [pushTask(10)]);

    expect([first, second, third].map(({ ended }) => idsOf(ended))).to.deep.equal([[60], [], [10]]);
    expect(third.cursor.open.size).to.equal(0);
  });

  it('asks again only for open tasks that the window does not show', () => {
    const { cursor } = look(start, [pushTask(10, { state: 'waiting' }), pushTask(60, { state: 'running' })]);

    expect(findHidden(cursor, [pushTask(60, { state: 'running' })])).to.deep.equal([uuidOf(10)]);
  });

  it('gives an open task that is gone for vanished, once', () => {
    const first = look(start, [pushTask(10, { state: 'waiting' })]);
    const second = look(first.cursor, []);

    const third = look(second.cursor, []);

    expect([second, third].map(({ vanished }) => idsOf(vanished))).to.deep.equal([[10], []]);
  });

  it('restarts from its oldest open task, if that is older than what it saw last', () => {
    const open = look(start, [pushTask(10, { state: 'waiting' }), pushTask(60)]);
    const closed = look(open.cursor, [pushTask(60)], [pushTask(10)]);

    expect([restartPoint(open.cursor), restartPoint(closed.cursor)]).to.deep.equal([noonPlus(10), noonPlus(60)]);
  });

  it('is lifted forward, never back', () => {
    expect(lift(start, noonPlus(99)).newest).to.equal(noonPlus(99));
    expect(lift(startCursor(noonPlus(99)), noonPlus(1)).newest).to.equal(noonPlus(99));
  });

  it('stays where it is for a time that is none', () => {
    const { cursor, ended } = look(start, [pushTask(10, { pulp_created: 'junk' })]);

    expect(cursor.newest).to.equal(noonPlus(0));
    expect(idsOf(ended)).to.deep.equal([10]);
  });

  it('tells every task exactly once, whenever it becomes visible within the overlap and whenever it ends', () => {
    /** Numbers are half seconds: looks come every one; a task is created, shows up to 4 s later, ends any time later. */
    const aTask = fc.record({
      created: fc.integer({ min: 1, max: 60 }),
      late: fc.nat({ max: 8 }),
      lasts: fc.nat({ max: 50 }),
    });

    fc.assert(
      fc.property(fc.array(aTask, { maxLength: 20 }), (plans) => {
        const told = tellAll(plans);

        expect(told.toSorted((a, b) => a - b)).to.deep.equal(plans.map((_, index) => index));
      }),
    );
  });
});

interface TaskPlan {
  readonly created: number;
  readonly late: number;
  readonly lasts: number;
}

/** Looks at every half second and answers the indexes of the tasks in the order in which their ends were told. */
function tellAll(plans: readonly TaskPlan[]): number[] {
  const told: number[] = [];
  let cursor = start;
  for (let now = 0; now <= 130; now++) {
    const visible = plans.flatMap((plan, index) => (plan.created + plan.late <= now ? [taskOf(plan, index, now)] : []));
    const from = microsOf(windowStart(cursor, OVERLAP_MS));
    const listed = visible.filter((task) => microsOf(task.pulp_created) >= from);
    const hidden = findHidden(cursor, listed);
    const step: Step = look(
      cursor,
      listed,
      visible.filter((task) => hidden.some((id) => task.pulp_href.includes(id))),
    );
    told.push(...idsOf(step.ended));
    cursor = step.cursor;
  }
  return told;
}

function taskOf({ created, late, lasts }: TaskPlan, index: number, now: number): Task {
  const hasEnded = created + late + lasts <= now;
  return pushTask(index, { pulp_created: noonPlus(created / 2), state: hasEnded ? 'completed' : 'running' });
}
