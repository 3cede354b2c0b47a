import { Loading } from '../ui/Loading.tsx';

/** Where the app opens. The memory of places goes on from here, to where the user was. */
export default function Index() {
  return <Loading />;
}
