import { readFile } from 'node:fs/promises';
import { Validator } from '@seriousme/openapi-schema-validator';
import { expect } from 'chai';
import { z } from 'zod';
import { LOCAL_OPERATOR } from '../../../lib/domain/caller.ts';
import { readVersion } from '../../../lib/version.ts';
import { addNotificationRoutes } from '../../../lib/web/notifications.ts';
import { createOpenApi } from '../../../lib/web/openapi.ts';
import { addOrphanRoutes } from '../../../lib/web/orphans.ts';
import { addProxyRoutes } from '../../../lib/web/proxies.ts';
import { createApiServer, createFakeApi } from '../../support/api.ts';

const FILE = new URL('../../../docs/openapi.json', import.meta.url);
const Document = z.looseObject({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) });

describe('the document of the API', function () {
  this.timeout(10_000); // loads fastify

  const document = createOpenApi(readVersion());

  it('is OpenAPI 3.1', async () => {
    const validator = new Validator();

    const { valid, errors } = await validator.validate(structuredClone(document));

    expect(errors).to.equal(undefined);
    expect(valid).to.equal(true);
    expect(validator.version).to.equal('3.1');
  });

  it('is what docs/openapi.json says; `npm run openapi` writes it', async () => {
    expect(JSON.parse(await readFile(FILE, 'utf8'))).to.deep.equal(document);
  });

  it('knows every route, and no other', async () => {
    const routes: string[] = [];
    const unused = async () => {
      throw new Error('nobody asks');
    };
    const callerOf = () => LOCAL_OPERATOR;
    const server = createApiServer(createFakeApi(), callerOf, (instance) => {
      instance.addHook('onRoute', ({ method, url }) => {
        if (method !== 'HEAD') routes.push(`${String(method).toLowerCase()} ${url.replace(/:(\w+)/g, '{$1}')}`);
      });
    });
    addOrphanRoutes(server, { callerOf, prefix: 'p', listOrphans: unused, deleteOrphans: unused, keepOrphans: unused });
    addProxyRoutes(server, { callerOf, prefix: 'p', readStatus: unused, sync: unused });
    addNotificationRoutes(server, { callerOf, listReceivers: unused, enable: unused });
    await server.close();

    const documented = Object.entries(Document.parse(document).paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    expect(documented).to.have.members(routes);
  });
});
