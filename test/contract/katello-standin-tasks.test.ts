import { expect } from 'chai';
import { createImage } from '../support/image/image.ts';
import { push } from '../support/image/push.ts';
import { type Answer, idOf, startTrial, type Trial, WEB } from '../support/katello/trial.ts';
import { until } from '../support/until.ts';

const image = createImage({ seed: 'tasks' });

for (const version of ['4.14.3', '5.0.1']) {
  const text = version === '5.0.1' ? 'message' : 'displayMessage';

  describe(`Katello ${version}'s stand-in runs tasks`, () => {
    let trial: Trial;
    let made = 0;

    before(async () => {
      trial = await startTrial(version);
    });
    afterEach(async () => {
      await trial.control('POST /faults/candlepin', { state: 'ok' });
      await trial.control('POST /planning/release');
      await trial.control('POST /tasks/release');
      await trial.settled();
    });
    after(() => trial.close());

    async function fresh(): Promise<number> {
      const id = await trial.createRepository(`app-${++made}`);
      await trial.pushInto(id, 'one', image);
      return id;
    }
    const create = (name: string) =>
      trial.ask('kpr', 'POST /katello/api/v2/repositories', {
        body: { product_id: WEB, name, content_type: 'docker' },
      });
    const search = (query: string) =>
      trial.ask('kpr', `GET /foreman_tasks/api/tasks?search=${encodeURIComponent(query)}`);
    const taskIdIn = (answer: Answer) => /[0-9a-f]{8}-[0-9a-f-]{27}/.exec(JSON.stringify(answer.body))?.[0] ?? '';

    it('behind the answer, or before it where that is asked for', async () => {
      const id = await fresh();

      const accepted = await trial.importTag(id, 'one', image);
      const task = await trial.ended(accepted);
      const done = await trial.importTag(id, 'one', image, { async: false });

      expect(accepted).to.deep.nested.include({ status: 202, 'body.state': 'planned', 'body.result': 'pending' });
      expect(task).to.include({ state: 'stopped', result: 'success' });
      expect(done).to.deep.nested.include({ status: 202, 'body.state': 'stopped', 'body.result': 'success' });
    });

    it('and refuses a second one on the repository that the first holds, naming that one', async () => {
      const id = await fresh();
      await trial.control('POST /tasks/hold', { label: 'ImportUpload' });
      const holder = await trial.importTag(id, 'one', image);

      const second = await trial.importTag(id, 'one', image);
      const update = await trial.ask('kpr', `PUT /katello/api/v2/repositories/${id}`, { body: { description: 'x' } });

      expect([second.status, update.status]).to.deep.equal([400, 422]);
      expect(second)
        .to.have.nested.property(`body.${text}`)
        .that.matches(/^Required lock is already taken/);
      expect(holder).to.have.nested.property('body.id', taskIdIn(second));
    });

    it('and refuses one of two that come at the same moment, naming none', async () => {
      const id = await fresh();
      const before = (await trial.tasks('ImportUpload')).length;
      await trial.control('POST /planning/hold');
      const both = [trial.importTag(id, 'one', image), trial.importTag(id, 'one', image)];
      await until('both tasks', async () => (await trial.tasks('ImportUpload')).length >= before + 2);
      await trial.control('POST /planning/release');

      const answers = (await Promise.all(both)).toSorted((a, b) => a.status - b.status);

      expect(answers.map(({ status }) => status)).to.deep.equal([202, 400]);
      expect(answers[1])
        .to.have.nested.property(`body.${text}`)
        .that.matches(/^PG::InFailedSqlTransaction/);
      expect(taskIdIn(answers[1] ?? { status: 0, headers: new Headers(), body: null })).to.equal('');
    });

    it('and makes twins of two creates at the same moment, of later ones none', async () => {
      const before = (await trial.tasks('CreateRoot')).length;
      await trial.control('POST /planning/hold');
      const both = [create('twin'), create('twin')];
      await until('both tasks', async () => (await trial.tasks('CreateRoot')).length >= before + 2);
      await trial.control('POST /planning/release');

      const twins = await Promise.all(both);
      await trial.settled();
      const late = await create('twin');

      expect(twins.map(({ status }) => status)).to.deep.equal([201, 201]);
      expect(new Set(twins.map(idOf)).size).to.equal(2);
      expect(late.status).to.equal(422);
    });

    it('and publishes a new repository later, in a task of its own', async () => {
      await trial.control('POST /tasks/hold', { label: 'MetadataGenerate' });

      const created = await create('later');
      await until('the task', async () =>
        (await trial.tasks('MetadataGenerate')).some(({ state }) => state === 'running'),
      );
      const early = await trial.pulpClient.findDistribution(distributionOf('later'));
      await trial.control('POST /tasks/release');
      await trial.settled();

      expect(created.status).to.equal(201);
      expect(early).to.equal(null);
      expect(await trial.pulpClient.findDistribution(distributionOf('later'))).to.not.equal(null);
    });

    it('and pauses them with their lock when a step fails, until they are resumed', async () => {
      await trial.control('POST /faults/step', { label: 'CreateRoot' });
      const refused = await create('paused');
      const [paused] = (await trial.tasks('CreateRoot')).slice(-1);
      const half = (await trial.world()).repositories.at(-1);

      const blocked = await trial.importTag(half?.id ?? 0, 'one', image);
      const body = { task_ids: [paused?.id] };
      const resumed = await trial.ask('admin', 'POST /foreman_tasks/api/tasks/bulk_resume', { body });
      await trial.settled();

      expect(refused.status).to.equal(500);
      expect(paused).to.include({ state: 'paused', result: 'error' });
      expect([blocked.status, taskIdIn(blocked)]).to.deep.equal([400, paused?.id]);
      expect(resumed).to.have.nested.property('body.resumed[0].id', paused?.id);
      expect(await search(`id = ${paused?.id}`)).to.have.nested.property('body.results[0].result', 'success');
    });

    it('and leaves a product that Candlepin failed half made, with a paused task', async () => {
      await trial.control('POST /faults/candlepin', { state: 'failing' });
      const name = 'half';
      const body = { organization_id: 1, name };

      const refused = await trial.ask('kpr', 'POST /katello/api/v2/products', { body });
      await trial.control('POST /faults/candlepin', { state: 'ok' });
      const again = await trial.ask('kpr', 'POST /katello/api/v2/products', { body });

      expect([refused.status, again.status]).to.deep.equal([500, 422]);
      expect((await trial.tasks('Product::Create')).at(-1)).to.include({ state: 'paused' });
    });

    it('and pauses the publishing where a push has taken the place, without a lock', async () => {
      const name = 'taken';
      await push(trial.pulp, distributionOf(name), 'one', image);

      const id = await trial.createRepository(name);

      const [task] = (await trial.tasks('MetadataGenerate')).slice(-1);
      expect(task).to.include({ state: 'paused', result: 'error' });
      expect(task?.errors.join()).to.include("Only one of the attributes 'repository' and 'repository_version'");
      expect(await trial.importTag(id, 'one', image)).to.have.property('status', 202);
    });

    it('and warns when a push takes over what is published', async () => {
      const id = await fresh();
      await push(trial.pulp, distributionOf(`app-${made}`), 'other', image);

      const task = await trial.ended(await trial.importTag(id, 'one', image));

      expect(task).to.include({ state: 'stopped', result: 'warning' });
      expect(task.errors.join()).to.include("Only one of the attributes 'repository' and 'repository_version'");
    });

    it('and finds a destroyed repository only in the task that destroyed it', async () => {
      const id = await fresh();
      const gone = await trial.ask('kpr', `DELETE /katello/api/v2/repositories/${id}`);
      await trial.settled();

      expect(gone.status).to.equal(200);
      expect(await trial.ask('kpr', `GET /katello/api/v2/repositories/${id}`)).to.have.property('status', 404);
      const found = await search(
        `resource_type = Katello::Repository and resource_id = ${id} and label = Actions::Katello::Repository::Destroy`,
      );
      expect(found).to.have.nested.property('body.results[0].result', 'success');
      expect(await trial.pulpClient.findDistribution(distributionOf(`app-${made}`))).to.equal(null);
    });

    it('and lets a view that is being published hold its repositories', async () => {
      const id = await fresh();
      const body = { organization_id: 1, name: `view of ${id}`, repository_ids: [id] };
      const view = idOf(await trial.ask('admin', 'POST /katello/api/v2/content_views', { body }));
      await trial.control('POST /tasks/hold', { label: 'ContentView::Publish' });
      const publishing = await trial.ask('admin', `POST /katello/api/v2/content_views/${view}/publish`, { body: {} });

      const refused = await trial.importTag(id, 'one', image);

      expect(refused.status).to.equal(400);
      expect(refused)
        .to.have.nested.property(`body.${text}`)
        .that.matches(/has pending tasks in associated content views\. Please wait for the tasks/);
      expect(publishing).to.have.nested.property('body.id', taskIdIn(refused));
    });

    function distributionOf(name: string): string {
      return version === '5.0.1' ? `acme/web/${name}` : `acme-web-${name}`;
    }
  });
}
