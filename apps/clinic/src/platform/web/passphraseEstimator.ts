import type { PassphraseEstimator } from '@fieldchart/key-vault';

type Check = (text: string, context: string[]) => { guessesLog10: number };

/** zxcvbn with English and Spanish word lists, loaded when a passphrase is first judged: they are large. */
export function createWebPassphraseEstimator(): PassphraseEstimator {
  let loading: Promise<Check> | null = null;
  return {
    async guessesLog10(text, context) {
      loading ??= loadEstimator();
      const check = await loading.catch((error: unknown) => {
        loading = null;
        throw error;
      });
      return check(text, [...context]).guessesLog10;
    },
  };
}

async function loadEstimator(): Promise<Check> {
  const [{ ZxcvbnFactory }, common, english, spanish] = await Promise.all([
    import('@zxcvbn-ts/core'),
    import('@zxcvbn-ts/language-common'),
    import('@zxcvbn-ts/language-en'),
    import('@zxcvbn-ts/language-es-es'),
  ]);
  const estimator = new ZxcvbnFactory({
    dictionary: { ...common.dictionary, ...english.dictionary, ...spanish.dictionary },
    graphs: common.adjacencyGraphs,
    useLevenshteinDistance: true,
  });
  return (text, context) => estimator.check(text, context);
}
