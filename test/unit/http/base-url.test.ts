import { expect } from 'chai';
import { ConfigError } from '../../../lib/errors.ts';
import { parseBaseUrl } from '../../../lib/http/base-url.ts';

describe('parseBaseUrl', () => {
  it('takes a URL apart', () => {
    expect(parseBaseUrl('https://pulp.example.com:8443/pulp')).to.deep.equal({
      origin: 'https://pulp.example.com:8443',
      socketPath: null,
      path: '/pulp/',
    });
    expect(parseBaseUrl('http://localhost').path).to.equal('/');
  });

  it('reads a unix socket, with or without a path behind it', () => {
    expect(parseBaseUrl('unix:/run/api.sock')).to.deep.equal({
      origin: 'http://localhost',
      socketPath: '/run/api.sock',
      path: '/',
    });
    expect(parseBaseUrl('unix:/run/api.sock:/pulp/')).to.deep.include({ socketPath: '/run/api.sock', path: '/pulp/' });
  });

  for (const bad of [
    '',
    'pulp.example.com',
    'ftp://pulp.example.com',
    'unix:run/api.sock',
    'https://admin:hunter2@pulp.example.com',
    'https://pulp.example.com/?token=hunter2',
  ]) {
    it(`refuses '${bad}' without repeating it`, () => {
      expect(() => parseBaseUrl(bad))
        .to.throw(ConfigError)
        .with.property('message')
        .that.does.not.include('hunter2');
    });
  }
});
