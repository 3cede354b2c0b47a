// Plain JavaScript with no browser in it: the phone uses the same estimator.
export { createWebPassphraseEstimator as createNativePassphraseEstimator } from '../web/passphraseEstimator.ts';
