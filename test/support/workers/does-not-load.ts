/** A module that cannot be loaded: what it needs is not there. */

throw new Error('a part is missing')
