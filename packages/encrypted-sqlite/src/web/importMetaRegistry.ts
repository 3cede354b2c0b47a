// Metro compiles `import.meta.url` to a registry that its worker bundles do not set up. This must run before the
// module that reads it, so it is a file of its own, imported first. Other bundlers do not look at it.
const scope = globalThis as { __ExpoImportMetaRegistry?: { url: string } };
scope.__ExpoImportMetaRegistry ??= { url: globalThis.location.href };

export {};
