/// Trees written as YAML that people can read. Start reading at [BlockYaml].
@org.jspecify.annotations.NullMarked
package io.rackstead.yaml;
