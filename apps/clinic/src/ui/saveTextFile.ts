import { Platform, Share } from 'react-native';

/** Hands a text out as a file: a download in a browser, the phone's own sharing elsewhere. It leaves the encryption. */
export async function saveTextFile(name: string, text: string): Promise<void> {
  if (Platform.OS !== 'web') {
    await Share.share({ title: name, message: text });
    return;
  }
  const address = URL.createObjectURL(new Blob([text], { type: 'text/plain;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The browser reads it after the click: taken away at once, some would save an empty file.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
