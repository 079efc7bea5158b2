/** A module that ends the thread before there is anything to run. */

process.exit(9)
