interface Rules {
  select(count: number): Intl.LDMLPluralRule;
  resolvedOptions(): { locale: string; type: 'cardinal'; pluralCategories: Intl.LDMLPluralRule[] };
}

const categories: Readonly<Record<string, readonly Intl.LDMLPluralRule[]>> = {
  en: ['one', 'other'],
  es: ['one', 'many', 'other'],
};

/**
 * `Intl.PluralRules` for the cardinal numbers of the languages that the app speaks, after CLDR. Made with `new`, as
 * the standard's is; another language or ordinals are a RangeError.
 */
export function PluralRules(
  this: unknown,
  locale: string,
  options: { readonly type?: string | undefined } = {},
): Rules {
  const language = locale.split('-')[0] ?? '';
  const known = categories[language];
  if (known === undefined || options.type === 'ordinal') throw new RangeError('Unsupported plural rules');
  return {
    select(count) {
      if (Math.abs(count) === 1) return 'one';
      const isMillions = count !== 0 && count % 1_000_000 === 0;
      return language === 'es' && isMillions ? 'many' : 'other';
    },
    resolvedOptions: () => ({ locale, type: 'cardinal', pluralCategories: [...known] }),
  };
}
