import type { CodeableConcept } from '../fhir/dataTypes.ts';
import type { Condition } from '../fhir/care.ts';
import type { CareTeam } from '../fhir/people.ts';
import type { FhirResource } from '../fhir/resources.ts';
import type { EpisodeOfCare } from '../fhir/standing.ts';
import { foldText } from '../names.ts';

/** What a list of clients can be narrowed to: a program that cares for them, who cares for them, what they have. */
export const CLIENT_GROUP_KINDS = ['program', 'team', 'diagnosis'] as const;
export type ClientGroupKind = (typeof CLIENT_GROUP_KINDS)[number];

export interface ClientGroup {
  readonly kind: ClientGroupKind;
  /** Equal for equal things, however they are worded: `system|code`, a reference, or the folded words. */
  readonly value: string;
  /** As the record words it. */
  readonly label: string;
}

/** Types of the resources that put their client into a group. */
export const GROUPING_TYPES = ['CareTeam', 'Condition', 'EpisodeOfCare'] as const;

/** The groups that a resource puts its client into, each once; none once it has ended, was refuted or entered in error. */
export function clientGroups(resource: FhirResource): readonly ClientGroup[] {
  const groups = groupsOf(resource).filter(({ value }) => value !== '');
  return [...new Map(groups.map((group) => [group.value, group])).values()];
}

function groupsOf(resource: FhirResource): readonly ClientGroup[] {
  if (resource.resourceType === 'EpisodeOfCare') return programs(resource);
  if (resource.resourceType === 'CareTeam') return members(resource);
  if (resource.resourceType === 'Condition') return diagnoses(resource);
  return [];
}

function programs({ status, type }: EpisodeOfCare): readonly ClientGroup[] {
  if (status !== 'active' && status !== 'onhold') return [];
  return (type ?? []).map((concept) => conceptGroup('program', concept));
}

function members({ status, participant }: CareTeam): readonly ClientGroup[] {
  if (status !== undefined && status !== 'active') return [];
  return (participant ?? []).flatMap(({ member, period }) => {
    const isPerson = member?.reference?.startsWith('Practitioner/') === true;
    if (!isPerson || period?.end !== undefined) return [];
    const value = member.reference ?? '';
    return [{ kind: 'team', value, label: member.display ?? value }];
  });
}

const OVER: ReadonlySet<string> = new Set(['inactive', 'remission', 'resolved']);
const NEVER: ReadonlySet<string> = new Set(['refuted', 'entered-in-error']);

function diagnoses({ clinicalStatus, verificationStatus, code }: Condition): readonly ClientGroup[] {
  if (code === undefined || codesOf(clinicalStatus).some((one) => OVER.has(one))) return [];
  if (codesOf(verificationStatus).some((one) => NEVER.has(one))) return [];
  return [conceptGroup('diagnosis', code)];
}

function codesOf(concept: CodeableConcept | undefined): string[] {
  return (concept?.coding ?? []).flatMap(({ code }) => code ?? []);
}

function conceptGroup(kind: ClientGroupKind, { text, coding }: CodeableConcept): ClientGroup {
  const coded = coding?.find(({ code }) => code !== undefined);
  const words = text ?? coded?.display ?? coding?.find(({ display }) => display !== undefined)?.display;
  return {
    kind,
    value: coded === undefined ? foldText(words ?? '').trim() : `${coded.system ?? ''}|${coded.code ?? ''}`,
    label: words ?? coded?.code ?? '',
  };
}
