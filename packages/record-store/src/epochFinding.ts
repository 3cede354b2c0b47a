import { type FhirResource, type ResourceKey } from '@fieldchart/clinical';
import { isNewer, parseResource } from './rows.ts';

/** A record held against a restored server: what is here, what is there, and our latest receipt on it. */
export type EpochFinding = {
  readonly key: ResourceKey;
  readonly found_version: string | null;
  readonly found_time: string | null;
  readonly found_resource: string | null;
  readonly version_id: string;
  readonly server_time: string | null;
  readonly resource: string;
  readonly mutation_id: string | null;
  readonly receipt_version: string | null;
  readonly author: string | null;
};

/** `lacks`: the server has an older version, or none. Numbers are never given twice, so a newer one is newer. */
export function standingOf(finding: EpochFinding): 'same' | 'newer' | 'lacks' {
  const { found_version: versionId, found_time: serverTime, version_id, server_time } = finding;
  if (versionId === null || serverTime === null) return 'lacks';
  if (versionId === version_id && serverTime === server_time) return 'same';
  return isNewer({ versionId, serverTime }, { versionId: version_id, serverTime: server_time })
    ? 'newer'
    : 'lacks';
}

/** Newer than what we had acknowledged, and ours was the newest here: did its writer know of ours? */
export function isDoubt(finding: EpochFinding): boolean {
  return standingOf(finding) === 'newer' && finding.receipt_version === finding.version_id;
}

/** The server has not got ours: it has less, or `lacking` says that whoever wrote the newer version did not know of it. */
export function isLost(finding: EpochFinding, lacking: ReadonlySet<ResourceKey>): boolean {
  const standing = standingOf(finding);
  return standing === 'lacks' || (standing === 'newer' && lacking.has(finding.key));
}

export function foundIn(finding: EpochFinding): FhirResource | null {
  return finding.found_resource === null ? null : parseResource(finding.found_resource);
}
