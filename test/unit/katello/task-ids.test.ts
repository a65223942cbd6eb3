import { expect } from 'chai';
import { HttpStatusError, TransportError } from '../../../lib/errors.ts';
import { taskIdsIn } from '../../../lib/katello/task-ids.ts';

const ONE = 'f0943058-df7b-49be-af2d-8d045e163131';
const TWO = '57e1a1ff-6cf9-412a-b347-959a5f6362df';

const refused = (detail: string) =>
  new HttpStatusError({ system: 'katello', method: 'PUT', url: '/', status: 400, detail, retryAfterSeconds: null });

describe('taskIdsIn', () => {
  it('finds the tasks that hold a lock, each once', () => {
    const url = (id: string) => `- https://foreman.example.com/foreman_tasks/tasks/${id}`;

    expect(taskIdsIn(refused(`Conflicts with tasks: ${url(ONE)} ${url(TWO)} ${url(ONE)}`))).to.deep.equal([ONE, TWO]);
  });

  it('finds the task that failed', () => {
    expect(taskIdsIn(refused(`Task ${ONE}: RuntimeError: no`))).to.deep.equal([ONE]);
  });

  it('finds none in other texts', () => {
    expect(taskIdsIn(refused('PG::InFailedSqlTransaction: current transaction is aborted'))).to.deep.equal([]);
  });

  it('finds none in other failures', () => {
    expect(taskIdsIn(new TransportError('katello', `no answer about ${ONE}`))).to.deep.equal([]);
    expect(taskIdsIn(undefined)).to.deep.equal([]);
  });
});
