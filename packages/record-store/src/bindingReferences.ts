import { type FhirResource, keyOfReference, referencesOf, type ResourceKey } from '@fieldchart/clinical';

/**
 * What a record belongs together with, by what it refers to. A Provenance without a signature only tells where records came
 * from: often all of an import, which it does not join.
 */
export function bindingReferences(resource: FhirResource): readonly ResourceKey[] {
  if (resource.resourceType !== 'Provenance') return referencesOf(resource);
  if (resource.signature === undefined) return [];
  return resource.target.flatMap(({ reference }) => keyOfReference(reference) ?? []);
}
