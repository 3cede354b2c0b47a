import { useCallback, useRef, useState } from 'react';
import type { FlatList, NativeScrollEvent, NativeSyntheticEvent } from 'react-native';

/** Brings a list back to where it was, and keeps where it is. `kept`: pixels; what counts is its value when the list was opened. */
export function useKeptScroll<Row>(kept: number, keep: (scroll: number) => void) {
  const list = useRef<FlatList<Row>>(null);
  const [first] = useState(kept);
  const restored = useRef(first === 0);
  const onContentSizeChange = useCallback(
    (_width: number, height: number) => {
      if (restored.current || height < first) return;
      restored.current = true;
      list.current?.scrollToOffset({ offset: first, animated: false });
    },
    [first],
  );
  const onScroll = (event: NativeSyntheticEvent<NativeScrollEvent>) => {
    if (restored.current) keep(Math.round(event.nativeEvent.contentOffset.y));
  };
  return { ref: list, onContentSizeChange, scrollEventThrottle: 250, onScroll };
}
