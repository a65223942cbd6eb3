import { expect } from 'chai';
import { readChallenge } from '../../../../lib/cli/doctor/challenge.ts';

describe('readChallenge', () => {
  it('reads what pulp_container asks for', () => {
    const header =
      'Bearer realm="https://push.example.com/token",service="push.example.com",' +
      'scope="repository:kpr.push/a/b:push",scope="repository:kpr.push/a/c:pull",error="insufficient_scope"';

    expect(readChallenge(header)).to.deep.equal({
      scheme: 'bearer',
      realm: 'https://push.example.com/token',
      service: 'push.example.com',
      scopes: ['repository:kpr.push/a/b:push', 'repository:kpr.push/a/c:pull'],
      error: 'insufficient_scope',
    });
  });

  it('reads one for Basic credentials, and one that is a word only', () => {
    expect(readChallenge('Basic realm="api"')).to.include({ scheme: 'basic', realm: 'api', service: null });
    expect(readChallenge('Negotiate')).to.include({ scheme: 'negotiate', realm: null });
  });

  it('is null without one', () => {
    expect([readChallenge(undefined), readChallenge(''), readChallenge('"')]).to.deep.equal([null, null, null]);
  });
});
