/** What goes with a call to Pulp, and the parts of Pulp's answers that Katello reads. */

/** What a call belongs to. */
export interface PulpCall {
  readonly requestId: string;
  readonly signal: AbortSignal;
}

export interface RepositoryRow {
  readonly pulp_href: string;
  readonly name: string;
  readonly latest_version_href: string | null;
}

export interface Distribution {
  readonly pulp_href: string;
  readonly name: string;
  readonly base_path: string;
  readonly repository: string | null;
  readonly repository_version: string | null;
  readonly pulp_labels: Readonly<Record<string, string>>;
}

export interface VersionRow {
  readonly pulp_href: string;
  readonly number: number;
}

/** What tells whether somebody wants it spared. */
export interface LabelledRow {
  readonly pulp_href: string;
  readonly pulp_labels: Readonly<Record<string, string>>;
}

export interface PulpTask extends Readonly<Record<string, unknown>> {
  readonly pulp_href: string;
  readonly state: 'waiting' | 'skipped' | 'running' | 'completed' | 'failed' | 'canceled' | 'canceling';
  readonly created_resources: readonly string[];
  readonly error: Readonly<Record<string, unknown>> | null;
}

export interface ManifestRow {
  readonly pulp_href: string;
  readonly digest: string;
  readonly schema_version: number;
  readonly media_type: string;
  readonly listed_manifests: readonly string[];
  readonly labels?: Record<string, unknown>;
  readonly annotations?: Record<string, unknown>;
  readonly is_bootable?: boolean;
  readonly is_flatpak?: boolean;
  readonly type?: string | null;
}

export interface TagRow {
  readonly pulp_href: string;
  readonly name: string;
  readonly tagged_manifest: string;
}
