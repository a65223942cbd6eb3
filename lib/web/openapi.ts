/**
 * The document of the API, OpenAPI 3.1, made from the schemas that the routes check with. Own code, because the packages for
 * it want Node 22 or fastify's swagger plugin.
 */
import { z } from 'zod';
import { API_ROOT, NOTHING, type Operation } from './operation.ts';
import { OPERATIONS } from './operations.ts';
import { ErrorAnswer } from './shapes/problem.ts';

type Json = Readonly<Record<string, unknown>>;

const CALLERS: Readonly<Record<Operation['caller'], string>> = {
  viewer: 'Callers: who has view_products in Katello, for organizations of theirs.',
  operator: 'Callers: who has edit_products and destroy_products too, for organizations of theirs.',
  administrator: 'Callers: administrators of Katello.',
};

const FAILURES: Readonly<Record<number, string>> = {
  400: 'the request is wrong',
  401: 'nobody is signed in, or the login is wrong',
  403: 'the caller may not do that',
  404: 'it is not there, or of an organization that the caller does not see',
  409: 'a rule says no',
  429: 'too many requests',
  503: 'Pulp, Katello or Redis does not answer',
};

/** The document as plain JSON, in a fixed order. @param version of kpr */
export function createOpenApi(version: string): Json {
  const components: Record<string, unknown> = {};
  const schemaOf = (schema: z.ZodType, io: 'input' | 'output') => toSchema(schema, io, components);
  const paths: Record<string, Record<string, unknown>> = {};
  for (const operation of OPERATIONS) {
    const path = `${API_ROOT}${operation.path}`.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [operation.method.toLowerCase()]: describe(operation, schemaOf) };
  }
  schemaOf(ErrorAnswer, 'output');
  return {
    openapi: '3.1.0',
    info: {
      title: 'katello-push-reactor',
      version,
      description: 'What happens to pushes on their way to Katello, and what people do about it.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: 'https://push.example.com', description: 'KPR_PUBLIC_URL' }],
    security: [{ basic: [] }, { cookie: [] }],
    paths,
    components: {
      schemas: Object.fromEntries(Object.entries(components).toSorted(([a], [b]) => (a < b ? -1 : 1))),
      responses: Object.fromEntries(
        Object.entries(FAILURES).map(([status, description]) => [
          `E${status}`,
          { description, content: json(ref('Error')) },
        ]),
      ),
      securitySchemes: {
        basic: { type: 'http', scheme: 'basic', description: 'login of Katello; password or personal access token' },
        cookie: {
          type: 'apiKey',
          in: 'cookie',
          name: '__Host-kpr',
          description: 'of the dashboard; writes want X-XSRF-TOKEN',
        },
      },
    },
  };
}

type SchemaOf = (schema: z.ZodType, io: 'input' | 'output') => Json;

function describe(operation: Operation, schemaOf: SchemaOf): Json {
  const { method, path, summary, caller, params, input, answer } = operation;
  const isRead = method === 'GET';
  const parameters = [
    ...parametersOf(params, 'path', schemaOf),
    ...(isRead ? parametersOf(input, 'query', schemaOf) : []),
  ];
  const success = { description: summary, content: json(schemaOf(answer, 'output')) };
  const failures = Object.keys(FAILURES).map((status) => [status, { $ref: `#/components/responses/E${status}` }]);
  return {
    operationId: nameOf(operation),
    summary,
    description: CALLERS[caller],
    tags: [path.split('/')[0]],
    ...(parameters.length > 0 && { parameters }),
    ...(!isRead && input !== NOTHING && { requestBody: { required: true, content: json(schemaOf(input, 'input')) } }),
    responses: { [isRead ? 200 : 202]: success, ...Object.fromEntries(failures) },
  };
}

/** `get-pushes-id`, `post-orphans-delete`. */
function nameOf({ method, path }: Operation): string {
  return [method.toLowerCase(), ...path.replaceAll(':', '').split('/')].join('-');
}

function parametersOf(schema: z.ZodObject, place: 'path' | 'query', schemaOf: SchemaOf): Json[] {
  const { required = [] } = z.object({ required: z.array(z.string()).optional() }).parse(schemaOf(schema, 'input'));
  return Object.entries(schema.shape).map(([name, field]) => {
    const { description, ...inner } = schemaOf(
      z.custom<z.ZodType>((value) => value instanceof z.ZodType).parse(field),
      'input',
    );
    return {
      name,
      in: place,
      required: place === 'path' || required.includes(name),
      ...(description !== undefined && { description }),
      schema: inner,
    };
  });
}

/** The schema as JSON, or a reference where it has a name; named ones are gathered. */
function toSchema(schema: z.ZodType, io: 'input' | 'output', components: Record<string, unknown>): Json {
  const {
    $schema: _,
    $defs = {},
    id,
    ...own
  } = z.toJSONSchema(schema, { io, override: ({ jsonSchema }) => dropNoise(jsonSchema, io) });
  for (const [name, definition] of Object.entries($defs)) components[name] = relink(withoutId(definition));
  const root = relink(own);
  if (id === undefined) return root;
  components[id] = root;
  return ref(id);
}

function withoutId(definition: object): Json {
  return Object.fromEntries(Object.entries(definition).filter(([key]) => key !== 'id'));
}

/** Whole numbers need not be told how large a double is, nor times how they look; answers may get more fields one day. */
function dropNoise(schema: z.core.JSONSchema.BaseSchema, io: 'input' | 'output'): void {
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  if (schema.format === 'date-time') delete schema.pattern;
  if (io === 'output' && schema.additionalProperties === false) delete schema.additionalProperties;
}

function relink(schema: object): Json {
  return z
    .record(z.string(), z.unknown())
    .parse(JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/')));
}

function ref(name: string): Json {
  return { $ref: `#/components/schemas/${name}` };
}

function json(schema: Json): Json {
  return { 'application/json': { schema } };
}
