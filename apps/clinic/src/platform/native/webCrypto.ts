import QuickCrypto, { install } from 'react-native-quick-crypto';
import type { WebCrypto } from '@fieldchart/key-vault';
import type { HmacCrypto } from './deviceSecret.ts';

/**
 * WebCrypto of the phone, in native code. Also makes it the global `crypto`, which tickets and the rescue seal are
 * opened and made through.
 */
export function installNativeWebCrypto(): WebCrypto & HmacCrypto {
  install();
  // Its declarations follow Node's Buffer-like types; what the vault calls is the standard's.
  return { subtle: QuickCrypto.subtle as unknown as (WebCrypto & HmacCrypto)['subtle'] };
}
