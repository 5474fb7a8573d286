import { useSearchParams } from 'wouter';

/**
 * A choice that is kept in the page's address, so that the back button and links restore it.
 * @param values what it may be; the first is chosen where the address says nothing, and is not written there
 */
export function useParam<Value extends string>(
  name: string,
  values: readonly [Value, ...Value[]],
): [Value, (value: Value) => void] {
  const [params, setParams] = useSearchParams();
  const chosen = values.find((value) => value === params.get(name)) ?? values[0];
  const choose = (value: Value) => {
    setParams((previous) => {
      const next = new URLSearchParams(previous);
      if (value === values[0]) next.delete(name);
      else next.set(name, value);
      return next;
    });
  };
  return [chosen, choose];
}
