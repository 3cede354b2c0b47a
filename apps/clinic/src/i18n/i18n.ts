import { getLocales } from 'expo-localization';
import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import en from './en.json';
import es from './es.json';

export type Language = 'en' | 'es';

/** The first language of the system that the app speaks. */
export const systemLanguage = (): Language => {
  const known = getLocales().find(({ languageCode }) => languageCode === 'en' || languageCode === 'es');
  return known?.languageCode === 'es' ? 'es' : 'en';
};

/** The app's own instance, ready at once: both catalogues are in the bundle. */
export const i18n = i18next.createInstance();

i18n
  .use(initReactI18next)
  .init({
    resources: { en: { translation: en }, es: { translation: es } },
    lng: systemLanguage(),
    fallbackLng: 'en',
    interpolation: { escapeValue: false },
    initAsync: false,
  })
  .catch((cause: unknown) => {
    throw new Error('The message catalogues did not load', { cause });
  });

declare module 'i18next' {
  interface CustomTypeOptions {
    readonly resources: { readonly translation: typeof en };
  }
}
