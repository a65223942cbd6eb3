import { expect } from 'chai';
import { type Exchange, isBlobData, isBlobWrite, isMount, isOf } from './exchange.ts';

describe('an exchange with the registry', () => {
  const uploads = '/v2/kpr.push/acme/web/api/blobs/uploads/';
  const of = (method: string, path: string, status: number): Exchange => {
    const url = new URL(path, 'http://pulp');
    return { method, path: url.pathname, query: url.searchParams, status, token: null, digest: null };
  };

  it('belongs to one repository, not to one whose name begins alike', () => {
    expect(isOf('acme/web/api')({ path: uploads })).to.equal(true);
    expect(isOf('acme/web/ap')({ path: uploads })).to.equal(false);
  });

  it('writes a blob from the first request of an upload on', () => {
    expect(isBlobWrite(of('POST', uploads, 202))).to.equal(true);
    expect(isBlobData(of('POST', uploads, 202))).to.equal(false);
    expect(isBlobData(of('PATCH', `${uploads}1`, 202))).to.equal(true);
    expect(isBlobData(of('PUT', `${uploads}1?digest=sha256:0`, 201))).to.equal(true);
  });

  it('writes no blob when it is mounted, but when the mount becomes an upload', () => {
    const mount = `${uploads}?mount=sha256:0&from=acme/web/base`;

    expect(isMount(of('POST', mount, 201))).to.equal(true);
    expect(isBlobWrite(of('POST', mount, 201))).to.equal(false);
    expect(isBlobWrite(of('POST', mount, 202))).to.equal(true);
  });

  it('writes no blob when it reads one or puts a manifest', () => {
    expect(isBlobWrite(of('HEAD', '/v2/kpr.push/acme/web/api/blobs/sha256:0', 404))).to.equal(false);
    expect(isBlobWrite(of('PUT', '/v2/kpr.push/acme/web/api/manifests/1', 201))).to.equal(false);
  });
});
