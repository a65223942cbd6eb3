/**
 * The key that signs tokens: the one of KPR_TOKEN_KEY, or that of the state directory, which is made by the first start.
 */
import { openSecret, type Secret } from '../config/secret.ts';
import type { Config } from '../config.ts';
import { ConfigError } from '../errors.ts';
import {
  describePublicKey,
  generateKeys,
  hasKeys,
  privateKeyFile,
  publicKeyFile,
  publishPublicKey,
} from '../front/keys.ts';
import { describeError, errorFields, type Logger } from '../log.ts';

/** The key as the front reads it. */
export interface TokenKey {
  /** PEM as it is now. A changed one works at once, and its public key is published. */
  read(): string;
  /** Why no token can be signed now, or null. */
  findProblem(): string | null;
}

/** Publishes the public key, if Pulp does not find it yet. @throws E_CONFIG for a key that is none, or cannot be kept */
export async function openTokenKey({ stateDir, token }: Pick<Config, 'stateDir' | 'token'>, log: Logger) {
  const secret = token.key ?? (await openOrMake(stateDir, log));
  let published = secret.reveal();
  await publishPublicKey(stateDir, published);

  const read = (): string => {
    const pem = secret.reveal();
    if (pem !== published) {
      published = pem;
      void publishPublicKey(stateDir, pem).catch((error: unknown) =>
        log.error('key not published', errorFields(error)),
      );
    }
    return pem;
  };
  const findProblem = (): string | null => {
    try {
      describePublicKey(read());
      return null;
    } catch (error) {
      return describeError(error);
    }
  };
  return { read, findProblem } satisfies TokenKey;
}

async function openOrMake(stateDir: string, log: Logger): Promise<Secret> {
  const file = privateKeyFile(stateDir);
  if (!(await hasKeys(stateDir))) {
    await generateKeys(stateDir);
    log.info('made the key pair of the tokens', { file, publicFile: publicKeyFile(stateDir) });
  }
  const secret = openFile(file);
  try {
    describePublicKey(secret.reveal());
    return secret;
  } catch {
    throw new ConfigError(`${file} holds no private key on P-256: kpr keys rotate makes another`);
  }
}

function openFile(file: string): Secret {
  try {
    return openSecret(file);
  } catch (error) {
    throw new ConfigError(`${file} cannot be read`, { cause: error });
  }
}
