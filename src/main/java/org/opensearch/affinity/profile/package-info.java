/**
 * What is known of a user.
 * <ul>
 * <li>{@code Profile} has the interests ({@code Interest}), the recent {@code History} and the marks by which each event counts once.
 * {@code Profile.apply} applies an event: there duplicates are skipped and the limits of {@code EventLimits} apply.
 * <li>{@code Erasure} keeps erased data out: {@code Erasure.skipReason} tells which events are skipped. {@code ForgetUserAction} and
 * {@code OptOutAction} store erasures, {@code ProfileRetention} deletes old profiles.
 * <li>{@code ProfileIndex} stores profiles; {@code ProfileCache} shares those that searches of this node read.
 * <li>{@code UseProfileAction} reads the profile of a search, {@code GetProfileAction} that of any user.
 * </ul>
 */
package org.opensearch.affinity.profile;
