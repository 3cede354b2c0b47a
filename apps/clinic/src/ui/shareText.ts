import { Platform, Share } from 'react-native';

/** Hands a text on: to the clipboard in a browser, to the phone's own sharing elsewhere. */
export async function shareText(text: string): Promise<void> {
  if (Platform.OS === 'web') await navigator.clipboard.writeText(text);
  else await Share.share({ message: text });
}
