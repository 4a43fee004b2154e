#!/usr/bin/env node
// A wrapper in version control, so that installing can link the command before anything is built.
import '../dist/bundle/perdure.js';
