/** What a script is asked: text and lists of text. */
export type Asked = readonly (string | Asked)[];

/**
 * Packs text and lists of text as msgpack, which is all that scripts are asked.
 *
 * Holds    what comes out is what any msgpack encoder makes of it; large bodies are counted and copied by the runtime, not letter by letter
 * Source   github.com/msgpack/msgpack, spec.md, the str and array families
 */
export function pack(asked: Asked): Buffer {
  const parts: Buffer[] = [];
  const add = (one: string | Asked): void => {
    if (typeof one === 'string') {
      const bytes = Buffer.from(one);
      parts.push(headOf(bytes.length, { fix: 0xa0, fixMax: 31, of8: 0xd9, of16: 0xda, of32: 0xdb }), bytes);
    } else {
      parts.push(headOf(one.length, { fix: 0x90, fixMax: 15, of8: null, of16: 0xdc, of32: 0xdd }));
      for (const inner of one) add(inner);
    }
  };
  add(asked);
  return Buffer.concat(parts);
}

interface Family {
  readonly fix: number;
  readonly fixMax: number;
  /** null: the family has no such form. */
  readonly of8: number | null;
  readonly of16: number;
  readonly of32: number;
}

/** The shortest head that says how long it is. */
function headOf(length: number, { fix, fixMax, of8, of16, of32 }: Family): Buffer {
  if (length <= fixMax) return Buffer.of(fix + length);
  if (of8 !== null && length <= 0xff) return Buffer.of(of8, length);
  const isWide = length > 0xffff;
  const head = Buffer.alloc(isWide ? 5 : 3);
  head.writeUInt8(isWide ? of32 : of16);
  if (isWide) head.writeUInt32BE(length, 1);
  else head.writeUInt16BE(length, 1);
  return head;
}
