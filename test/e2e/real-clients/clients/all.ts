/** Every client of the suite, in the order of its table. */
import type { Client } from '../client.ts';
import { buildah, podman } from './containers.ts';
import { crane } from './crane.ts';
import { ctr } from './ctr.ts';
import { docker } from './docker.ts';
import { oras } from './oras.ts';
import { regctl } from './regctl.ts';
import { skopeo } from './skopeo.ts';

export const CLIENTS: readonly Client[] = [skopeo, podman, buildah, docker, ctr, crane, oras, regctl];
