<#-- One line for each library: its licences, name, coordinates and page. -->
The libraries in lib, and what each is licensed under. Their jars hold their own notices.

<#list dependencyMap as entry>
<#assign project = entry.getKey()/>
<#assign licenses = entry.getValue()/>
${licenses?join(", ")}: ${project.name} (${project.groupId}:${project.artifactId}:${project.version}<#if project.url??>, ${project.url}</#if>)
</#list>
