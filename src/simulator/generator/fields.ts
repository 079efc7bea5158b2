/** The fields of one log, in the order they are written. */
export type Fields = Readonly<Record<string, string>>
