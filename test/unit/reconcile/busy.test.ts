import { expect } from 'chai';
import { BusyError, HttpStatusError, TaskFailedError, TransportError } from '../../../lib/errors.ts';
import type { Katello } from '../../../lib/katello/katello.ts';
import type { Task } from '../../../lib/katello/schema.ts';
import { explainRefusal } from '../../../lib/reconcile/busy.ts';

const LINKED = '11111111-1111-4111-8111-111111111111';
const NAMED = '22222222-2222-4222-8222-222222222222';

function task(id: string, state: Task['state']): Task {
  const isOver = state === 'stopped';
  return { id, label: 'X', state, result: isOver ? 'success' : 'pending', pending: !isOver, humanized: { errors: [] } };
}

function katelloWith(linked: Task[], others: Task[] = []): Pick<Katello, 'searchTasks' | 'findTask'> {
  return {
    searchTasks: async () => linked,
    findTask: async (id) => others.find((one) => one.id === id) ?? null,
  };
}

function refusal(status: number, detail = 'no'): HttpStatusError {
  return new HttpStatusError({ system: 'katello', method: 'PUT', url: '/', status, detail, retryAfterSeconds: null });
}

describe('explainRefusal', () => {
  for (const status of [400, 409, 422, 500]) {
    it(`names the unfinished task that holds the repository, whatever the status (${status})`, async () => {
      const error = await explainRefusal(katelloWith([task(LINKED, 'running')]), 42, refusal(status));

      expect(error).to.be.instanceOf(BusyError);
      expect(error).to.have.deep.property('taskIds', [LINKED]);
    });
  }

  it('finds the task of another record by the id in the refusal', async () => {
    const katello = katelloWith([task(LINKED, 'stopped')], [task(NAMED, 'running')]);

    const error = await explainRefusal(
      katello,
      42,
      refusal(400, `locked by https://x.example.com/foreman_tasks/tasks/${NAMED}`),
    );

    expect(error).to.have.deep.property('taskIds', [NAMED]);
  });

  it('says when a person has to resume the task', async () => {
    const error = await explainRefusal(katelloWith([task(LINKED, 'paused')]), 42, refusal(422));

    expect(error).to.have.property('isPaused', true);
  });

  it("gives Katello's own words when nobody holds it", async () => {
    const error = await explainRefusal(katelloWith([task(LINKED, 'stopped')]), 42, refusal(400, 'digest not found'));

    expect(error).to.be.instanceOf(TaskFailedError);
    expect(error).to.have.property('detail', 'digest not found');
  });

  it('passes on what is no refusal', async () => {
    const lost = new TransportError('katello', 'reset');

    expect(await explainRefusal(katelloWith([]), 42, lost)).to.equal(lost);
    expect(await explainRefusal(katelloWith([]), 42, refusal(503))).to.have.property('code', 'E_HTTP_STATUS');
  });
});
