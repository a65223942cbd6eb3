import { expect } from 'chai';
import { pathsOfHook } from '../../../lib/domain/hook.ts';
import { RefusedError } from '../../../lib/errors.ts';

describe('pathsOfHook', () => {
  const told = (kind: Parameters<typeof pathsOfHook>[0], body: unknown) => pathsOfHook(kind, body, 'kpr.push');
  const event = (repository: unknown) => ({ action: 'push', target: { repository, tag: '1' } });

  it('reads the path of a plain hint, as people type it', () => {
    expect(told('plain', { path: 'push.example.com/acme/web/api:1' })).to.deep.equal(['acme/web/api']);
    expect(told('plain', { path: 'kpr.push/acme/api' })).to.deep.equal(['acme/api']);
    expect(told('plain', {})).to.deep.equal([null]);
  });

  it('refuses a plain hint of what is no path', () => {
    expect(() => told('plain', { path: '../etc' })).to.throw(RefusedError);
  });

  it('reads repositories under the prefix from a notification of a registry, each once', () => {
    const events = [event('kpr.push/acme/api'), event('kpr.push/acme/api'), event('other/api'), event('kpr.push/b/c')];

    expect(told('distribution', { events })).to.deep.equal(['acme/api', 'b/c']);
  });

  it('takes an event of Pulp for a hint of any path: it names no repository', () => {
    expect(told('cloudevents', { specversion: '1.0', data: { pulp_href: '/pulp/api/v3/tasks/1/' } })).to.deep.equal([
      null,
    ]);
  });

  it('makes one hint of what it cannot read, and of very much', () => {
    for (const body of [null, 7, 'x', {}, { events: 7 }]) expect(told('distribution', body)).to.deep.equal([null]);
    const many = Array.from({ length: 101 }, (_, n) => event(`kpr.push/acme/api${n}`));
    expect(told('distribution', { events: many })).to.deep.equal([null]);
    expect(told('distribution', { events: [null, event(null), event({})] })).to.deep.equal([]);
  });
});
