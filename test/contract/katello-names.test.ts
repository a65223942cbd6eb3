/**
 * Labels and container names as Katello made them: recorded on Katello 4.14.3 and 5.0.1, repositories created by name
 * alone with the default registry name pattern.
 */
import { expect } from 'chai';
import { katelloLabel, refusedContainerName } from '../../lib/domain/label.ts';

/** Null: Katello made a UUID. */
const LABELS: readonly (readonly [name: string, label: string | null])[] = [
  ['my.app', 'my_app'],
  ['team/api', 'team_api'],
  ['Foo Bar', 'Foo_Bar'],
  ['a--b', 'a--b'],
  ['foo__bar', 'foo__bar'],
  ['foo___bar', 'foo___bar'],
  ['_x', '_x'],
  ['x_', 'x_'],
  ['UPPER', 'UPPER'],
  [' lead', '_lead'],
  ['dash-_under', 'dash-_under'],
  ['a-_b', 'a-_b'],
  ['a.b-c', 'a_b-c'],
  ['-lead', '-lead'],
  ['trail-', 'trail-'],
  ['__', '__'],
  ['web', 'web'],
  ['Straße', null],
  ['a'.repeat(130), null],
  ['a'.repeat(200), null],
];

type Answer = 'made' | 'invalid';

/** Product label, repository name, and what each version answered. */
const REPOSITORIES: readonly (readonly [product: string, name: string, on414: Answer, on50: Answer])[] = [
  ['containers', 'my.app', 'made', 'made'],
  ['containers', 'team/api', 'made', 'made'],
  ['containers', 'Foo Bar', 'made', 'made'],
  ['containers', 'a--b', 'made', 'invalid'],
  ['containers', 'foo__bar', 'made', 'invalid'],
  ['containers', '_x', 'made', 'invalid'],
  ['containers', 'x_', 'made', 'made'],
  ['containers', 'UPPER', 'made', 'made'],
  ['containers', 'a-_b', 'made', 'made'],
  ['containers', 'Straße', 'made', 'made'],
  ['containers', 'a.b-c', 'made', 'made'],
  ['containers', '-lead', 'made', 'invalid'],
  ['containers', 'trail-', 'made', 'invalid'],
  ['containers', '__', 'made', 'invalid'],
  ['containers', 'a'.repeat(200), 'made', 'made'],
  ['containers', 'web', 'made', 'made'],
  ['_x', 'app', 'made', 'invalid'],
  ['x_', 'app', 'made', 'invalid'],
  ['a--b', 'app', 'made', 'invalid'],
  ['foo__bar', 'app', 'made', 'invalid'],
  ['UPPER', 'app', 'made', 'made'],
  ['my_app', 'app', 'made', 'made'],
];

describe('labels recorded on Katello', () => {
  for (const [name, label] of LABELS) {
    it(`${JSON.stringify(name.slice(0, 20))} gets ${label ?? 'a UUID'}`, () => {
      expect(katelloLabel(name)).to.equal(label);
    });
  }
});

describe('container names recorded on Katello', () => {
  for (const [product, name, on414, on50] of REPOSITORIES) {
    const labels = { organization: 'acme', product, repository: katelloLabel(name) };

    it(`${product} with ${JSON.stringify(name.slice(0, 20))} is ${on414} by 4.14.3`, () => {
      expect(refusedContainerName(labels, '4.14.3') === null).to.equal(on414 === 'made');
    });

    it(`${product} with ${JSON.stringify(name.slice(0, 20))} is ${on50} by 5.0.1`, () => {
      expect(refusedContainerName(labels, '5.0.1') === null).to.equal(on50 === 'made');
    });
  }
});
