import {
  type FhirResource,
  type InvalidResource,
  type Patient,
  type ResourceKey,
  type ResourceType,
  bundleSchema,
  clientOf,
  createCareTeam,
  isResourceType,
  validateResource,
} from '@fieldchart/clinical';
import {
  type BundledResource,
  type ReferenceResolver,
  createResolver,
  derivedId,
  importedId,
  rewriteReferences,
} from './bundleReferences.ts';
import { type ImportReport, type ReportWriter, createReportWriter } from './importReport.ts';

export interface ImportContext {
  readonly organizationId: string;
  /** The clinician who gets the imported clients into the caseload. */
  readonly practitionerId: string;
  readonly practitionerName: string;
  /** What the server keeps already, as `Type/id`. */
  readonly knownIds: ReadonlySet<ResourceKey>;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export interface ImportPlan {
  /** Valid, referring only to each other and to what is known; those referred to come first where order allows. */
  readonly take: readonly FhirResource[];
  readonly report: ImportReport;
}

/** Order of writing. Audit events are not among them: the audit trail is this server's own. */
const ORDER: readonly ResourceType[] = [
  'Organization',
  'Practitioner',
  'Patient',
  'CareTeam',
  'EpisodeOfCare',
  'Appointment',
  'Encounter',
  'Condition',
  'Flag',
  'Composition',
  'Consent',
  'Provenance',
];
const BELONG_TO_A_CLIENT: ReadonlySet<ResourceType> = new Set(ORDER.slice(3));

interface Candidate {
  readonly key: ResourceKey;
  readonly bundled: BundledResource;
  /** As it would be stored; undefined until it was first read. */
  resource?: FhirResource;
  leftOut: number;
}

/**
 * Plans the import of a FHIR R4 bundle (transaction, batch, collection or search result) as another system exports
 * it: what to store, and by type what was taken and refused and why. Nothing that is known is overwritten.
 * Every imported client gets a care team, so that the clinician has them in the caseload.
 */
export function planImport(json: unknown, context: ImportContext): ImportPlan {
  const report = createReportWriter();
  const { candidates, addresses } = readCandidates(json, context, report);
  settleReferences(candidates, createResolver(addresses), { context, report });
  const taken = [...candidates.values()].flatMap(({ resource }) =>
    resource === undefined ? [] : [resource],
  );
  const teams = taken.filter(isPatient).map((patient) => teamFor(patient, context));
  for (const resource of [...taken, ...teams]) report.taken(resource.resourceType);
  const rank = (resource: FhirResource) => ORDER.indexOf(resource.resourceType);
  const leftOut = [...candidates.values()].reduce((sum, candidate) => sum + candidate.leftOut, 0);
  return { take: [...taken, ...teams].toSorted((a, b) => rank(a) - rank(b)), report: report.report(leftOut) };
}

interface ReadBundle {
  readonly candidates: Map<ResourceKey, Candidate>;
  /** Of all resources that are kept here, the known ones too: others in the bundle refer to them. */
  readonly addresses: readonly { readonly key: ResourceKey; readonly bundled: BundledResource }[];
}

function readCandidates(json: unknown, context: ImportContext, report: ReportWriter): ReadBundle {
  const candidates = new Map<ResourceKey, Candidate>();
  const addresses: { key: ResourceKey; bundled: BundledResource }[] = [];
  const parsed = bundleSchema.safeParse(json);
  if (!parsed.success) {
    report.refused('Bundle', 'not a FHIR R4 bundle');
    return { candidates, addresses };
  }
  if (!['transaction', 'batch', 'collection', 'searchset'].includes(parsed.data.type)) {
    report.refused('Bundle', `a bundle of type ${parsed.data.type} is not imported`);
    return { candidates, addresses };
  }
  for (const { fullUrl, resource, request } of parsed.data.entry ?? []) {
    if (resource === undefined) {
      report.refused('Bundle', 'an entry without a resource');
      continue;
    }
    const type = resource.resourceType;
    const bundled = { fullUrl, resource };
    const id = importedId(bundled);
    const key = `${type}/${id ?? ''}`;
    if (id !== undefined) addresses.push({ key, bundled });
    const refuse = (reason: string) => {
      report.refused(type, reason);
    };
    if (!isResourceType(type)) refuse('not a type this server keeps');
    else if (!ORDER.includes(type)) refuse('the audit trail takes only this server’s own events');
    else if (request !== undefined && request.method !== 'POST' && request.method !== 'PUT') {
      refuse(`a ${request.method} request is not imported`);
    } else if (id === undefined) refuse('no usable id');
    else if (candidates.has(key)) refuse('stands twice in the bundle');
    else if (context.knownIds.has(key)) refuse('already on this server');
    else candidates.set(key, { key, bundled, leftOut: 0 });
  }
  return { candidates, addresses };
}

/** Refuses what is invalid or lost its client, until what is left refers only to what is left or known. */
function settleReferences(
  candidates: Map<ResourceKey, Candidate>,
  resolve: ReferenceResolver,
  { context, report }: { readonly context: ImportContext; readonly report: ReportWriter },
): void {
  const present = (key: ResourceKey) => candidates.has(key) || context.knownIds.has(key);
  for (let refusals = -1; refusals !== 0;) {
    refusals = 0;
    for (const candidate of candidates.values()) {
      const reason = readCandidate(candidate, resolve, present);
      if (reason === undefined) continue;
      candidates.delete(candidate.key);
      report.refused(candidate.bundled.resource.resourceType, reason);
      refusals += 1;
    }
  }
}

/** Makes the resource as it would be stored, or says why it cannot be. */
function readCandidate(
  candidate: Candidate,
  resolve: ReferenceResolver,
  present: (key: ResourceKey) => boolean,
): string | undefined {
  candidate.leftOut = 0;
  const rewritten = rewriteReferences(withServerFields(candidate), (reference) => {
    const key = resolve(reference);
    if (key !== undefined && present(key)) return key;
    // An address on another server stays what it was: it says where to look.
    if (key === undefined && /^https?:\/\//u.test(reference)) return reference;
    candidate.leftOut += 1;
    return undefined;
  });
  const result = validateResource(rewritten);
  if (!result.ok) {
    const asItCame = validateResource(withServerFields(candidate));
    return asItCame.ok ? 'needs what was not taken' : describe(asItCame.error);
  }
  const resource = result.value;
  if (BELONG_TO_A_CLIENT.has(resource.resourceType) && clientOf(resource) === undefined) {
    return 'its client was not taken';
  }
  candidate.resource = resource;
  return undefined;
}

/** With the id it gets here, and without what a server sets by itself. */
function withServerFields({ key, bundled }: Candidate): object {
  const { meta, ...rest } = bundled.resource;
  const copy = { ...rest, id: key.slice(key.indexOf('/') + 1) };
  if (typeof meta !== 'object' || meta === null) return copy;
  const kept = Object.entries(meta).filter(([name]) => name !== 'versionId' && name !== 'lastUpdated');
  return kept.length === 0 ? copy : { ...copy, meta: Object.fromEntries(kept) };
}

/** The first problem, without the places in lists, so that equal problems count together. */
function describe(invalid: InvalidResource): string {
  const [first] = invalid.issues;
  return first === undefined ? 'invalid' : `${first.path.replace(/\[\d+\]/gu, '[]')}: ${first.message}`;
}

function isPatient(resource: FhirResource): resource is Patient {
  return resource.resourceType === 'Patient';
}

function teamFor(patient: Patient, context: ImportContext): FhirResource {
  return createCareTeam({
    id: derivedId(`CareTeam of Patient/${patient.id} for Practitioner/${context.practitionerId}`),
    clientId: patient.id,
    members: [{ practitionerId: context.practitionerId, name: context.practitionerName }],
    organizationId: context.organizationId,
    startedAt: context.now,
  });
}
